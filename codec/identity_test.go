package codec

const prackMsg = "PRACK sip:bob@biloxi.example.com SIP/2.0\r\nVia: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK74b76\r\n" +
	"From: <sip:alice@atlanta.example.com>;tag=1\r\nTo: <sip:bob@biloxi.example.com>;tag=314159\r\nCall-ID: a84b4c76e66710\r\n" +
	"CSeq: 2 PRACK\r\nRAck: 776656 1 INVITE\r\nContent-Length: 0\r\n\r\n"

const reliableMsg = "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bK74b74\r\n" +
	"From: <sip:alice@atlanta.example.com>;tag=1\r\nTo: <sip:bob@biloxi.example.com>;tag=314159\r\nCall-ID: a84b4c76e66710\r\n" +
	"CSeq: 1 INVITE\r\nRequire: 100rel\r\nRSeq: 776656\r\nContent-Length: 0\r\n\r\n"
