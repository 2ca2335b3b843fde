package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// job is a line of the client's input: calls that are alike.
type job struct {
	// Method is the full method, "/kit.Unary/a"; the number of the call, from 1, is added when N is above 0.
	Method string `json:"method"`
	// N calls (one, if absent), of which so many as Streams are under way at a time.
	N       int `json:"n"`
	Streams int `json:"streams"`
	// Messages are sent, one if absent, of Size bytes, Pause milliseconds apart. More than one makes a
	// streaming call of it, and so does Stream.
	Messages int  `json:"messages"`
	Size     int  `json:"size"`
	Pause    int  `json:"pause"`
	Stream   bool `json:"stream"`
	// Each: an answer is read after each message, not after all.
	Each bool `json:"each"`
	// Deadline is in milliseconds, and so is Cancel, after which the call is given up; 0: none.
	Deadline int               `json:"deadline"`
	Cancel   int               `json:"cancel"`
	Metadata map[string]string `json:"metadata"`
}

func call(ctx context.Context, target string, in io.Reader, out io.Writer) error {
	conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(64<<20)))
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close()
	report := newReporter(out)
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var j job
		if err := json.Unmarshal(lines.Bytes(), &j); err != nil {
			return fmt.Errorf("read a job: %w", err)
		}
		report.line(map[string]int{"done": j.run(ctx, conn, report)})
	}
	return nil
}

// run makes all calls of the job and waits for their ends.
func (j *job) run(ctx context.Context, conn *grpc.ClientConn, report *reporter) int {
	total := int64(max(1, j.N))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range max(1, j.Streams) {
		workers.Go(func() {
			for k := next.Add(1); k <= total; k = next.Add(1) {
				method := j.Method
				if j.N > 0 {
					method += strconv.FormatInt(k, 10)
				}
				report.line(j.one(ctx, conn, method))
			}
		})
	}
	workers.Wait()
	return int(total)
}

func (j *job) one(ctx context.Context, conn *grpc.ClientConn, method string) record {
	ctx, cancel := context.WithCancel(metadata.NewOutgoingContext(ctx, metadata.New(j.Metadata)))
	defer cancel()
	if j.Deadline > 0 {
		var drop context.CancelFunc
		ctx, drop = context.WithTimeout(ctx, time.Duration(j.Deadline)*time.Millisecond)
		defer drop()
	}
	if j.Cancel > 0 {
		defer time.AfterFunc(time.Duration(j.Cancel)*time.Millisecond, cancel).Stop()
	}
	log := record{Method: method, Start: time.Now()}
	log.Code = status.Code(j.call(ctx, conn, method, &log))
	log.End = time.Now()
	return log
}

func (j *job) call(ctx context.Context, conn *grpc.ClientConn, method string, log *record) error {
	message := wrapperspb.Bytes(make([]byte, j.Size))
	if j.Messages <= 1 && !j.Stream {
		log.Sent = 1
		err := conn.Invoke(ctx, method, message, new(wrapperspb.BytesValue))
		if err == nil {
			log.Received = 1
		}
		return err
	}
	stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, method)
	if err != nil {
		return err
	}
	for i := range max(1, j.Messages) {
		if i > 0 {
			time.Sleep(time.Duration(j.Pause) * time.Millisecond)
		}
		if err := stream.SendMsg(message); err != nil {
			break // the status comes with the next read
		}
		log.Sent++
		if j.Each && receive(stream, log) != nil {
			break
		}
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	for {
		if err := receive(stream, log); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func receive(stream grpc.ClientStream, log *record) error {
	err := stream.RecvMsg(new(wrapperspb.BytesValue))
	if err == nil {
		log.Received++
	}
	return err
}

// reporter writes whole lines.
type reporter struct {
	mu  sync.Mutex
	out *json.Encoder
}

func newReporter(out io.Writer) *reporter { return &reporter{out: json.NewEncoder(out)} }

func (r *reporter) line(v any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_ = r.out.Encode(v) // nobody is there to be told
}
