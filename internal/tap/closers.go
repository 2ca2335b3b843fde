package tap

import (
	"errors"
	"io"
)

// closers closes what was opened, in reverse.
type closers struct{ list []io.Closer }

func (c *closers) add(x io.Closer) { c.list = append(c.list, x) }

// mark and rewind undo what was opened since, when a step fails halfway.
func (c *closers) mark() int { return len(c.list) }

func (c *closers) rewind(to int) error {
	var errs []error
	for i := len(c.list) - 1; i >= to; i-- {
		errs = append(errs, c.list[i].Close())
	}
	c.list = c.list[:to]
	return errors.Join(errs...)
}

func (c *closers) close() error { return c.rewind(0) }

// closeFunc adapts a Close without an error.
type closeFunc func()

// Close implements io.Closer.
func (f closeFunc) Close() error {
	f()
	return nil
}
