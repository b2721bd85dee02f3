// The first process of each pod: it holds the pod's namespaces, and takes in processes whose parents have ended.
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for received := range signals {
		if received != syscall.SIGCHLD {
			return
		}
		for {
			if ended, _ := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); ended <= 0 {
				break
			}
		}
	}
}
