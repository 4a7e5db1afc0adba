// Package answer is the service of the benchmarks: each connection is told who serves it, and closed.
package answer

import (
	"context"
	"fmt"
	"net"
)

// Serve answers every connection with the pod's name and the term of its lead, until the context ends.
func Serve(ctx context.Context, address, pod string, term int64) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { listener.Close() })
	line := fmt.Appendf(nil, "%s %d\n", pod, term)
	for {
		connection, err := listener.Accept()
		if err != nil {
			return ctx.Err()
		}
		go func() {
			connection.Write(line)
			connection.Close()
		}()
	}
}
