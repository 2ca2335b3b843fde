// Command plot draws the table of a soak as a picture.
//
//	plot -in soak.csv -out soak.png -title "soak: PASS"
//
// It is a module of its own: nothing else needs a library that draws.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	in := flag.String("in", "soak.csv", "`file` with the samples")
	out := flag.String("out", "soak.png", "`file` for the picture")
	title := flag.String("title", "", "text above it")
	flag.Parse()
	if err := run(*in, *out, *title); err != nil {
		fmt.Fprintln(os.Stderr, "plot:", err)
		os.Exit(1)
	}
}

func run(in, out, title string) error {
	f, err := os.Open(in)
	if err != nil {
		return fmt.Errorf("read the samples: %w", err)
	}
	defer f.Close()
	t, err := read(f)
	if err != nil {
		return err
	}
	picture, err := os.Create(out)
	if err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	if err := draw(picture, t, title); err != nil {
		_ = picture.Close()
		return err
	}
	if err := picture.Close(); err != nil {
		return fmt.Errorf("write the picture: %w", err)
	}
	return nil
}
