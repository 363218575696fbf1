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

// await returns when the attempt succeeds. A watch's own next attempt may be half a minute away by the time the
// cluster answers, or lets it.
func await(attempt func() error) {
	for attempt() != nil {
		time.Sleep(retry)
	}
}

// onChange lets the channel hold one token as long as some object's change has not been looked at.
func onChange(changed chan struct{}, watches ...cache.SharedIndexInformer) {
	tell := func() {
		select {
		case changed <- struct{}{}:
		default:
		}
	}
	for _, watch := range watches {
		watch.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc:    func(interface{}) { tell() },
			UpdateFunc: func(_, _ interface{}) { tell() },
			DeleteFunc: func(interface{}) { tell() },
		})
	}
}
