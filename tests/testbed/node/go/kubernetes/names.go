package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/miekg/dns"
	core "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
)

const (
	zone = "cluster.local."
	ttl  = 5 // seconds
)

// names answers for services and for pods that a headless one names, as the DNS specification of Kubernetes says.
type names struct {
	services  listers.ServiceLister
	endpoints listers.EndpointsLister
	upstream  string
}

// serveNames stands in for CoreDNS in the Deployment kubeadm makes for it: same ports, same rights, and a
// configuration file it has no need to read.
func serveNames() error {
	config, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	cluster := informers.NewSharedInformerFactory(client, 0)
	resolver := newNames(cluster)
	cluster.Start(nil)
	http.HandleFunc("/health", func(http.ResponseWriter, *http.Request) {})
	http.HandleFunc("/ready", func(answer http.ResponseWriter, _ *http.Request) {
		for _, synced := range cluster.WaitForCacheSync(context.Background().Done()) {
			if !synced {
				answer.WriteHeader(http.StatusServiceUnavailable)
			}
		}
	})
	failed := make(chan error)
	for _, address := range []string{":8080", ":8181"} {
		go func(address string) { failed <- http.ListenAndServe(address, nil) }(address)
	}
	for _, protocol := range []string{"udp", "tcp"} {
		server := &dns.Server{Addr: ":53", Net: protocol, Handler: resolver}
		go func() { failed <- server.ListenAndServe() }()
	}
	return <-failed
}

func newNames(cluster informers.SharedInformerFactory) *names {
	resolver := &names{
		services:  cluster.Core().V1().Services().Lister(),
		endpoints: cluster.Core().V1().Endpoints().Lister(),
	}
	if system, err := dns.ClientConfigFromFile("/etc/resolv.conf"); err == nil && len(system.Servers) > 0 {
		resolver.upstream = net.JoinHostPort(system.Servers[0], system.Port)
	}
	return resolver
}

// ServeDNS answers one query: for the cluster's names itself, for any other with the node's own resolver's words.
func (n *names) ServeDNS(out dns.ResponseWriter, query *dns.Msg) {
	answer := new(dns.Msg)
	answer.SetReply(query)
	switch {
	case len(query.Question) != 1:
		answer.Rcode = dns.RcodeFormatError
	case dns.IsSubDomain(zone, strings.ToLower(query.Question[0].Name)):
		n.fill(answer, query.Question[0])
	default:
		if forwarded, err := dns.Exchange(query, n.upstream); err == nil {
			answer = forwarded
		} else {
			answer.Rcode = dns.RcodeServerFailure
		}
	}
	_ = out.WriteMsg(answer) // who asked has gone; nobody is left to tell
}

func (n *names) fill(answer *dns.Msg, question dns.Question) {
	answer.Authoritative = true
	addresses, ports, known := n.find(strings.ToLower(question.Name))
	if !known {
		answer.Rcode = dns.RcodeNameError
	}
	switch question.Qtype {
	case dns.TypeA, dns.TypeANY:
		for _, address := range addresses {
			answer.Answer = append(answer.Answer, record(question.Name, "A", address))
		}
	case dns.TypeSRV:
		for _, port := range ports {
			answer.Answer = append(answer.Answer, record(question.Name, "SRV", port))
		}
	}
	if len(answer.Answer) == 0 {
		soa := fmt.Sprintf("ns.dns.%s hostmaster.%s 1 7200 1800 86400 %d", zone, zone, ttl)
		answer.Ns = append(answer.Ns, record(zone, "SOA", soa))
	}
}

func record(name, kind, data string) dns.RR {
	made, err := dns.NewRR(fmt.Sprintf("%s %d IN %s %s", name, ttl, kind, data))
	if err != nil {
		panic(err) // every name and address comes validated from the API server
	}
	return made
}

// find gives a name's addresses and its SRV records' data, and whether there is such a name:
// [POD.|_PORT._PROTOCOL.]SERVICE.NAMESPACE.svc.cluster.local.
func (n *names) find(name string) (addresses, ports []string, known bool) {
	parts := strings.Split(strings.TrimSuffix(name, "."+zone), ".")
	last := len(parts) - 1
	if last < 2 || parts[last] != "svc" {
		return nil, nil, name == zone
	}
	service, err := n.services.Services(parts[last-1]).Get(parts[last-2])
	if err != nil {
		return nil, nil, false
	}
	own := strings.Join(parts[last-2:], ".") + "." + zone
	switch prefix := parts[:last-2]; {
	case service.Spec.Type == core.ServiceTypeExternalName:
		return nil, nil, true // an alias: the one kind of service this cannot follow
	case len(prefix) == 0 && service.Spec.ClusterIP != core.ClusterIPNone:
		return []string{service.Spec.ClusterIP}, nil, true
	case len(prefix) == 0:
		return n.pods(service, ""), nil, true
	case len(prefix) == 1:
		addresses = n.pods(service, prefix[0])
		return addresses, nil, len(addresses) > 0
	case len(prefix) == 2:
		for _, port := range service.Spec.Ports {
			if "_"+port.Name == prefix[0] && "_"+strings.ToLower(string(port.Protocol)) == prefix[1] {
				ports = append(ports, fmt.Sprintf("0 100 %d %s", port.Port, own))
			}
		}
		return nil, ports, len(ports) > 0
	}
	return nil, nil, false
}

// pods are the addresses of a service's pods that are ready (or that it publishes before), or of the one so named.
func (n *names) pods(service *core.Service, hostname string) (addresses []string) {
	endpoints, err := n.endpoints.Endpoints(service.Namespace).Get(service.Name)
	if err != nil {
		return nil
	}
	for _, subset := range endpoints.Subsets {
		for _, address := range subset.Addresses {
			if hostname == "" || address.Hostname == hostname {
				addresses = append(addresses, address.IP)
			}
		}
	}
	return addresses
}
