package status

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
)

// collector makes metrics of the counts when they are asked for.
type collector struct {
	s     Source
	table *hops.Table
}

var (
	received = prometheus.NewDesc("sipwire_proxy_received_total", "Messages received.", nil, nil)
	ended    = prometheus.NewDesc("sipwire_proxy_messages_total", "Messages by what became of them.", []string{"end"}, nil)
	drops    = prometheus.NewDesc("sipwire_proxy_dropped_total", "Messages dropped, by cause.", []string{"cause"}, nil)
	unsent   = prometheus.NewDesc("sipwire_proxy_undelivered_total", "Requests answered because they could not be sent on, by cause.", []string{"cause"}, nil)
	kernel   = prometheus.NewDesc("sipwire_proxy_kernel_drops_total", "Datagrams lost before they were received; a run of one peer counts as one.", nil, nil)
	open     = prometheus.NewDesc("sipwire_proxy_connections", "Open connections.", nil, nil)
	level    = prometheus.NewDesc("sipwire_proxy_refused_share", "Share of new requests refused for overload; above 1 also of those in dialogs.", nil, nil)
	up       = prometheus.NewDesc("sipwire_proxy_next_hop_up", "Whether a next hop answers.", []string{"target"}, nil)

	// With transactions only.
	transactions = prometheus.NewDesc("sipwire_proxy_transactions", "Open transactions.", nil, nil)
	kept         = prometheus.NewDesc("sipwire_proxy_transaction_bytes", "Memory that keeps messages of transactions.", nil, nil)
	begun        = prometheus.NewDesc("sipwire_proxy_transactions_total", "Transactions begun, by clients (server) and by the proxy (client).", []string{"side"}, nil)
	repeats      = prometheus.NewDesc("sipwire_proxy_transaction_repeats_total", "Messages that came again and were absorbed.", nil, nil)
	refused      = prometheus.NewDesc("sipwire_proxy_transactions_refused_total", "Requests refused at a limit of transactions or memory.", nil, nil)
	timeouts     = prometheus.NewDesc("sipwire_proxy_transaction_timeouts_total", "Transactions that timed out.", nil, nil)
	contacts     = prometheus.NewDesc("sipwire_proxy_registered_contacts", "Contacts that the registrar keeps.", nil, nil)
)

// undelivered are the causes that a request may be answered for.
var undelivered = [...]forward.Cause{forward.SendFailed, forward.QueueFull, forward.NoConnect}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{received, ended, drops, unsent, kernel, open, level, up, transactions, kept, begun, repeats, refused, timeouts, contacts} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	number := func(d *prometheus.Desc, t prometheus.ValueType, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, t, v, labels...)
	}
	n := c.s.Counts()
	number(received, prometheus.CounterValue, float64(n.Received))
	for i, v := range n.Kinds {
		number(ended, prometheus.CounterValue, float64(v), kindNames[i])
	}
	for cause := forward.NoCause + 1; cause < forward.Causes; cause++ {
		number(drops, prometheus.CounterValue, float64(n.Dropped[cause]), cause.String())
	}
	for _, cause := range undelivered {
		number(unsent, prometheus.CounterValue, float64(n.Undelivered[cause]), cause.String())
	}
	number(kernel, prometheus.CounterValue, float64(c.s.KernelDrops()))
	number(open, prometheus.GaugeValue, float64(c.s.Conns()))
	number(level, prometheus.GaugeValue, c.s.Level())
	for _, t := range targets(c.table) {
		v := 0.0
		if t.IsUp() {
			v = 1
		}
		number(up, prometheus.GaugeValue, v, t.Label)
	}
	tx, bindings, ok := c.s.Transactions()
	if !ok {
		return
	}
	number(transactions, prometheus.GaugeValue, float64(tx.Transactions))
	number(kept, prometheus.GaugeValue, float64(tx.Bytes))
	number(begun, prometheus.CounterValue, float64(tx.Servers), "server")
	number(begun, prometheus.CounterValue, float64(tx.Clients), "client")
	number(repeats, prometheus.CounterValue, float64(tx.Repeats))
	number(refused, prometheus.CounterValue, float64(tx.Refused))
	number(timeouts, prometheus.CounterValue, float64(tx.Timeouts))
	number(contacts, prometheus.GaugeValue, float64(bindings))
}
