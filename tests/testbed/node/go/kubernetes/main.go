// One program for all of a node's: what it is called as is what it is. Compiled and linked once, it takes
// a fifth of the room of Kubernetes' own six, and kind copies that room for every node.
package main

import (
	goflag "flag"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	cliflag "k8s.io/component-base/cli/flag"
	"k8s.io/component-base/logs"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubeadm "k8s.io/kubernetes/cmd/kubeadm/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

var servers = map[string]func() *cobra.Command{
	"kube-apiserver":          apiserver.NewAPIServerCommand,
	"kube-controller-manager": controllers.NewControllerManagerCommand,
	"kube-proxy":              proxy.NewProxyCommand,
	"kube-scheduler":          func() *cobra.Command { return scheduler.NewSchedulerCommand() },
	"kubelet":                 func() *cobra.Command { return kubelet.NewKubeletCommand() },
}

var others = map[string]func() error{
	"cluster-dns": serveNames,
	"kubeadm":     runKubeadm,
	"pod-network": keepNetwork,
}

func main() {
	rand.Seed(time.Now().UnixNano())
	name := filepath.Base(os.Args[0])
	run := others[name]
	if server, found := servers[name]; found {
		run = func() error { return serve(server) }
	}
	if run == nil {
		fmt.Fprintf(os.Stderr, "%s is none of this program's names\n", name)
		os.Exit(2)
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve is what the main functions of Kubernetes' servers have in common.
func serve(newCommand func() *cobra.Command) error {
	pflag.CommandLine.SetNormalizeFunc(cliflag.WordSepNormalizeFunc)
	if filepath.Base(os.Args[0]) == "kube-proxy" {
		pflag.CommandLine.AddGoFlagSet(goflag.CommandLine)
	}
	command := newCommand()
	logs.InitLogs()
	defer logs.FlushLogs()
	return command.Execute()
}

func runKubeadm() error {
	// It defines klog's flags itself, which the servers' logs package has done already.
	goflag.CommandLine = goflag.NewFlagSet("kubeadm", goflag.ExitOnError)
	return kubeadm.Run()
}
