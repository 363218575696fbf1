package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/clientcmd"
)

const (
	kubeconfig = "/etc/kubernetes/kubelet.conf"
	conflist   = "/etc/cni/net.d/10-pod-network.conflist"
)

// A veth pair per pod and no bridge: all of a pod's traffic is routed, so the rules see it.
const conflistOf = `{
  "cniVersion": "0.4.0",
  "name": "pod-network",
  "plugins": [
    {
      "type": "ptp",
      "ipam": {
        "type": "host-local",
        "ranges": [[{ "subnet": %q }]],
        "routes": [{ "dst": "0.0.0.0/0" }]
      }
    },
    { "type": "portmap", "capabilities": { "portMappings": true } }
  ]
}
`

// keepNetwork gives this node's pods addresses, routes to the other nodes' pods, and, once the nodes may read
// network policies (/kind/manifests/default-cni.yaml), the packets those let through. It ends only on an error.
func keepNetwork() error {
	self, err := os.Hostname()
	if err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	changed := make(chan struct{}, 1)
	nodes := watchNodes(client, changed)
	found := make(chan *policyWatch, 1)
	go func() {
		watch := watchPolicies(client)
		found <- watch
		onChange(changed, watch.informers()...) // also of what is there by now
	}()

	var policies *policyWatch
	for range changed {
		time.Sleep(settle)
		select {
		case policies = <-found:
		default:
		}
		known, err := nodes.List(labels.Everything())
		if err != nil {
			return err
		}
		if err := connectNodes(self, known); err != nil {
			return err
		}
		rules, err := policies.rules(self)
		if err != nil {
			return err
		}
		if err := load(masquerade(known) + rules); err != nil {
			return err
		}
	}
	return nil
}

func watchNodes(client kubernetes.Interface, changed chan struct{}) listers.NodeLister {
	await(func() error {
		_, err := client.CoreV1().Nodes().List(context.TODO(), meta.ListOptions{Limit: 1})
		return err
	})
	cluster := informers.NewSharedInformerFactory(client, 0)
	nodes := cluster.Core().V1().Nodes()
	onChange(changed, nodes.Informer())
	cluster.Start(nil)
	return nodes.Lister()
}

// connectNodes writes the CNI's configuration for this node's range, and a route to every other node's.
func connectNodes(self string, nodes []*core.Node) error {
	for _, node := range nodes {
		var err error
		switch address := internalIP(node); {
		case node.Spec.PodCIDR == "":
		case node.Name == self:
			err = replaceFile(conflist, fmt.Sprintf(conflistOf, node.Spec.PodCIDR))
		case address != "":
			err = command("", "ip", "route", "replace", node.Spec.PodCIDR, "via", address)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func internalIP(node *core.Node) string {
	for _, address := range node.Status.Addresses {
		if address.Type == core.NodeInternalIP {
			return address.Address
		}
	}
	return ""
}

// masquerade hides pods behind their node, except from other pods, whose policies tell them by their address.
func masquerade(nodes []*core.Node) string {
	var ranges []string
	for _, node := range nodes {
		if node.Spec.PodCIDR != "" {
			ranges = append(ranges, node.Spec.PodCIDR)
		}
	}
	if len(ranges) == 0 {
		return ""
	}
	pods := set(ranges)
	return "chain outbound {\n type nat hook postrouting priority 90;\n" +
		" ip saddr " + pods + " ip daddr != " + pods + " masquerade\n}\n"
}

var loaded string

// load puts the rules in place of those before, all at once.
func load(rules string) error {
	if rules == loaded {
		return nil
	}
	loaded = rules
	return command("table inet pod-network\ndelete table inet pod-network\ntable inet pod-network {\n"+rules+"}\n",
		"nft", "--file", "-")
}

func replaceFile(path, content string) error {
	if old, err := os.ReadFile(path); err == nil && string(old) == content {
		return nil
	}
	unfinished := path + ".unfinished"
	if err := os.WriteFile(unfinished, []byte(content), 0o644); err != nil {
		return err
	}
	return os.Rename(unfinished, path)
}

func command(input string, argv ...string) error {
	process := exec.Command(argv[0], argv[1:]...)
	process.Stdin = strings.NewReader(input)
	if output, err := process.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %v\n%s\n%s", strings.Join(argv, " "), err, output, input)
	}
	return nil
}
