//go:build cgo

package main

/*
#ifdef BIG
static __thread long mine[512] = { 1 };
#else
static long mine[1];
#endif
static long touch(void) { return mine[0]++; }
*/
import "C"

func touchC() { C.touch() }
