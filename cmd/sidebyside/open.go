package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// opened is the memory that open calls take.
type opened struct {
	Calls  int `json:"calls"`
	Memory int `json:"memory_kb"` // VmHWM
}

// openRate is the rate at which the calls of memory begin.
const openRate = 10000

// memory has many calls open at once.
func (c *comparison) memory(ctx context.Context, r *report) error {
	file, err := c.file("open", holding(c.open))
	if err != nil {
		return err
	}
	length := time.Duration(c.open)*time.Second/openRate + 2*time.Second
	o, err := c.run(ctx, sipwire, file, openRate, c.open, length)
	if err != nil {
		return err
	}
	r.Open = &opened{o.Open, o.Memory}
	fmt.Printf("%-8s %d calls open at once: sipwire has %d MB\n", "open", o.Open, (o.Memory+1023)/1024)
	return nil
}

// holding is a scenario whose first calls stay open; others end as soon as they
// are established.
func holding(first int) []byte {
	return []byte(strings.ReplaceAll(holdingScenario, "FIRST", strconv.Itoa(first)))
}

const holdingScenario = `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="hold">
  <send retrans="500">
    <![CDATA[

      INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: hold <sip:hold@[local_ip]:[local_port]>;tag=[pid]h[call_number]
      To: [service] <sip:[service]@[remote_ip]:[remote_port]>
      Call-ID: [call_id]
      CSeq: 1 INVITE
      Contact: sip:hold@[local_ip]:[local_port]
      Max-Forwards: 70
      Subject: Performance Test
      Content-Type: application/sdp
      Content-Length: [len]

      v=0
      o=user1 53655765 2353687637 IN IP[local_ip_type] [local_ip]
      s=-
      c=IN IP[media_ip_type] [media_ip]
      t=0 0
      m=audio [media_port] RTP/AVP 0
      a=rtpmap:0 PCMU/8000

    ]]>
  </send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200"/>
  <send>
    <![CDATA[

      ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: hold <sip:hold@[local_ip]:[local_port]>;tag=[pid]h[call_number]
      To: [service] <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
      Call-ID: [call_id]
      CSeq: 1 ACK
      Contact: sip:hold@[local_ip]:[local_port]
      Max-Forwards: 70
      Content-Length: 0

    ]]>
  </send>
  <nop>
    <action>
      <assignstr assign_to="text" value="[call_number]"/>
      <todouble assign_to="number" variable="text"/>
      <test assign_to="short" variable="number" compare="greater_than" value="FIRST"/>
    </action>
  </nop>
  <nop next="end" test="short"/>
  <pause milliseconds="600000"/>
  <label id="end"/>
  <send retrans="500">
    <![CDATA[

      BYE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: hold <sip:hold@[local_ip]:[local_port]>;tag=[pid]h[call_number]
      To: [service] <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
      Call-ID: [call_id]
      CSeq: 2 BYE
      Contact: sip:hold@[local_ip]:[local_port]
      Max-Forwards: 70
      Content-Length: 0

    ]]>
  </send>
  <recv response="200"/>
</scenario>
`
