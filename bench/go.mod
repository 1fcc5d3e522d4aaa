module github.com/sipwire/sipwire/bench

go 1.26.0

require github.com/sipwire/sipwire v0.0.0

replace github.com/sipwire/sipwire => ../
