package main

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/informers"
	coreinformers "k8s.io/client-go/informers/core/v1"
	networkinformers "k8s.io/client-go/informers/networking/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// policyWatch has the cluster's objects that network policies are made of.
type policyWatch struct {
	pods       coreinformers.PodInformer
	namespaces coreinformers.NamespaceInformer
	policies   networkinformers.NetworkPolicyInformer
}

// watchPolicies returns when all of them are known: half a list would cut off pods that the other half lets through.
func watchPolicies(client kubernetes.Interface) *policyWatch {
	await(func() error {
		_, err := client.NetworkingV1().NetworkPolicies("").List(context.TODO(), meta.ListOptions{Limit: 1})
		return err
	})
	cluster := informers.NewSharedInformerFactory(client, 0)
	core, networking := cluster.Core().V1(), cluster.Networking().V1()
	watch := &policyWatch{core.Pods(), core.Namespaces(), networking.NetworkPolicies()}
	for _, informer := range watch.informers() {
		go informer.Run(nil)
	}
	for _, informer := range watch.informers() {
		cache.WaitForCacheSync(nil, informer.HasSynced)
	}
	return watch
}

func (watch *policyWatch) informers() []cache.SharedIndexInformer {
	return []cache.SharedIndexInformer{watch.pods.Informer(), watch.namespaces.Informer(), watch.policies.Informer()}
}

// rules are those for the pods of one node; none before there is a watch.
func (watch *policyWatch) rules(node string) (text string, err error) {
	if watch == nil {
		return "", nil
	}
	state := policyState{self: node}
	if state.pods, err = watch.pods.Lister().List(labels.Everything()); err != nil {
		return "", err
	}
	if state.namespaces, err = watch.namespaces.Lister().List(labels.Everything()); err != nil {
		return "", err
	}
	if state.policies, err = watch.policies.Lister().List(labels.Everything()); err != nil {
		return "", err
	}
	return state.rules(), nil
}

// policyState is what the policies' meaning for the pods of one node, self, depends on.
type policyState struct {
	self       string
	pods       []*core.Pod
	namespaces []*core.Namespace
	policies   []*networking.NetworkPolicy
}

// rule is an entry of a policy's ingress or egress: which ports, at which peers; none of either is all of them.
type rule struct {
	namespace string
	ports     []networking.NetworkPolicyPort
	peers     []networking.NetworkPolicyPeer
}

// direction is one of the two ways a policy isolates a pod.
type direction struct {
	name         networking.PolicyType
	self, peer   string // the address in a packet that is the isolated pod's, and the other end's
	rulesOf      func(*networking.NetworkPolicy) []rule
	chainsOfHook []string // that send the pod's packets through its rules
}

var directions = []direction{
	{networking.PolicyTypeEgress, "saddr", "daddr", egressOf, []string{"forward", "input"}},
	{networking.PolicyTypeIngress, "daddr", "saddr", ingressOf, []string{"forward"}},
}

func ingressOf(policy *networking.NetworkPolicy) (rules []rule) {
	for _, entry := range policy.Spec.Ingress {
		rules = append(rules, rule{policy.Namespace, entry.Ports, entry.From})
	}
	return rules
}

func egressOf(policy *networking.NetworkPolicy) (rules []rule) {
	for _, entry := range policy.Spec.Egress {
		rules = append(rules, rule{policy.Namespace, entry.Ports, entry.To})
	}
	return rules
}

// rules are nftables chains that drop what no policy of an isolated pod lets through. A node's own packets to its
// pods, such as the kubelet's probes, are not forwarded and always pass.
func (state *policyState) rules() string {
	sort.Slice(state.pods, func(i, j int) bool { return state.pods[i].Status.PodIP < state.pods[j].Status.PodIP })
	hooks := map[string][]string{}
	var chains strings.Builder
	for _, way := range directions {
		for _, pod := range state.pods {
			if pod.Spec.NodeName != state.self || !networked(pod) {
				continue
			}
			policies := state.isolating(pod, way.name)
			if len(policies) == 0 {
				continue
			}
			chain := strings.ToLower(string(way.name)) + "-" + strings.ReplaceAll(pod.Status.PodIP, ".", "-")
			for _, hook := range way.chainsOfHook {
				hooks[hook] = append(hooks[hook], fmt.Sprintf(" ip %s %s jump %s\n", way.self, pod.Status.PodIP, chain))
			}
			fmt.Fprintf(&chains, "chain %s {\n", chain)
			// No policy keeps a pod from itself; through a service it takes the way out and back.
			fmt.Fprintf(&chains, " ip %s %s return\n", way.peer, pod.Status.PodIP)
			for _, policy := range policies {
				for _, entry := range way.rulesOf(policy) {
					state.write(&chains, way, pod, entry)
				}
			}
			chains.WriteString(" drop\n}\n")
		}
	}
	for _, hook := range []string{"forward", "input"} {
		if len(hooks[hook]) > 0 {
			sort.Strings(hooks[hook])
			fmt.Fprintf(&chains, "chain %s {\n type filter hook %s priority -10;\n ct state established,related accept\n%s}\n",
				hook, hook, strings.Join(hooks[hook], ""))
		}
	}
	return chains.String()
}

// isolating are the policies that select the pod in that direction, in an order that does not change.
func (state *policyState) isolating(pod *core.Pod, way networking.PolicyType) (policies []*networking.NetworkPolicy) {
	for _, policy := range state.policies {
		if policy.Namespace == pod.Namespace && matches(&policy.Spec.PodSelector, pod.Labels) && has(policy, way) {
			policies = append(policies, policy)
		}
	}
	sort.Slice(policies, func(i, j int) bool { return policies[i].Name < policies[j].Name })
	return policies
}

func has(policy *networking.NetworkPolicy, way networking.PolicyType) bool {
	for _, each := range policy.Spec.PolicyTypes {
		if each == way {
			return true
		}
	}
	return false
}

// write adds what one entry of a policy lets through, as rules that leave the pod's chain before its drop.
func (state *policyState) write(chains *strings.Builder, way direction, pod *core.Pod, entry rule) {
	blocks, pods := state.peers(entry)
	if len(entry.peers) == 0 {
		blocks = []string{""}
	}
	for _, block := range blocks {
		for _, port := range portMatches(entry.ports, targets(way, pod, nil)) {
			fmt.Fprintf(chains, " %s %s return\n", strings.ReplaceAll(block, "ADDRESS", way.peer), port)
		}
	}
	for _, peer := range pods {
		for _, port := range portMatches(entry.ports, targets(way, pod, peer)) {
			fmt.Fprintf(chains, " ip %s %s %s return\n", way.peer, peer.Status.PodIP, port)
		}
	}
}

// targets is the pod whose ports the packets are for, which is the one that a port's name belongs to.
func targets(way direction, isolated, peer *core.Pod) *core.Pod {
	if way.name == networking.PolicyTypeIngress {
		return isolated
	}
	return peer
}

// peers are matches for an entry's address blocks, and the pods that it selects.
func (state *policyState) peers(entry rule) (blocks []string, pods []*core.Pod) {
	for _, peer := range entry.peers {
		if peer.IPBlock != nil {
			address := family(peer.IPBlock.CIDR) + " ADDRESS "
			block := address + peer.IPBlock.CIDR
			if len(peer.IPBlock.Except) > 0 {
				block += " " + address + "!= " + set(peer.IPBlock.Except)
			}
			blocks = append(blocks, block)
			continue
		}
		for _, pod := range state.pods {
			if networked(pod) && state.selects(peer, entry.namespace, pod) {
				pods = append(pods, pod)
			}
		}
	}
	return blocks, pods
}

func (state *policyState) selects(peer networking.NetworkPolicyPeer, namespace string, pod *core.Pod) bool {
	if peer.NamespaceSelector == nil {
		return pod.Namespace == namespace && matches(peer.PodSelector, pod.Labels)
	}
	if peer.PodSelector != nil && !matches(peer.PodSelector, pod.Labels) {
		return false
	}
	for _, each := range state.namespaces {
		if each.Name == pod.Namespace {
			return matches(peer.NamespaceSelector, each.Labels)
		}
	}
	return false
}

// portMatches are the matches for ports of a pod; it is nil where the target is an address block.
func portMatches(ports []networking.NetworkPolicyPort, pod *core.Pod) (found []string) {
	if len(ports) == 0 {
		return []string{""}
	}
	for _, port := range ports {
		protocol := core.ProtocolTCP
		if port.Protocol != nil {
			protocol = *port.Protocol
		}
		name := strings.ToLower(string(protocol))
		switch {
		case port.Port == nil:
			found = append(found, "meta l4proto "+name)
		case port.Port.Type == intstr.Int && port.EndPort != nil:
			found = append(found, fmt.Sprintf("%s dport %d-%d", name, port.Port.IntVal, *port.EndPort))
		case port.Port.Type == intstr.Int:
			found = append(found, fmt.Sprintf("%s dport %d", name, port.Port.IntVal))
		case pod != nil:
			for _, number := range named(pod, port.Port.StrVal, protocol) {
				found = append(found, fmt.Sprintf("%s dport %d", name, number))
			}
		}
	}
	return found
}

func named(pod *core.Pod, name string, protocol core.Protocol) (numbers []int32) {
	for _, container := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) { // sidecars are among the first
		for _, port := range container.Ports {
			if port.Name == name && port.Protocol == protocol {
				numbers = append(numbers, port.ContainerPort)
			}
		}
	}
	return numbers
}

// networked says whether the pod has an address of its own.
func networked(pod *core.Pod) bool {
	over := pod.Status.Phase == core.PodSucceeded || pod.Status.Phase == core.PodFailed
	return pod.Status.PodIP != "" && !pod.Spec.HostNetwork && !over
}

func matches(selector *meta.LabelSelector, of map[string]string) bool {
	compiled, err := meta.LabelSelectorAsSelector(selector)
	return err == nil && compiled.Matches(labels.Set(of))
}

// family is what nftables calls the addresses of a block.
func family(cidr string) string {
	if strings.Contains(cidr, ":") {
		return "ip6"
	}
	return "ip"
}

// set is nftables' for several addresses.
func set(addresses []string) string {
	sorted := append([]string(nil), addresses...)
	sort.Strings(sorted)
	return "{ " + strings.Join(sorted, ", ") + " }"
}
