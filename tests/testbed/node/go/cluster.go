package main

import (
	"time"

	"k8s.io/client-go/tools/cache"
)

const (
	retry = 200 * time.Millisecond
	// settle lets the changes that come in a burst be one.
	settle = 50 * time.Millisecond
)

// await returns when the attempt succeeds. A watch that fails backs off, up to half a minute: too long at a start.
func await(attempt func() error) {
	for attempt() != nil {
		time.Sleep(retry)
	}
}

// onChange puts a token into the channel, which holds one, whenever an object changes.
func onChange(changed chan struct{}, watches ...cache.SharedIndexInformer) {
	signal := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	for _, watch := range watches {
		watch.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    func(any) { signal() },
			UpdateFunc: func(_, _ any) { signal() },
			DeleteFunc: func(any) { signal() },
		})
	}
}
