package tracefile

import (
	"fmt"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
)

// Figures are those of a run at one moment, since its start.
type Figures struct {
	Counts *engine.Counts
	Open   int64
	Rate   float64 // calls a second, asked for
	Server bool    // the calls came in
}

// Stamp is a moment as the files have it: date, time, and seconds since 1970.
func Stamp(t time.Time) string {
	return fmt.Sprintf("%s\t%d.%06d", t.Format("2006-01-02\t15:04:05.000000"), t.Unix(), t.Nanosecond()/1000)
}

// clock is a time in hours, minutes, seconds and, as SIPp has them, milliseconds
// behind which are three zeros.
func clock(d time.Duration) string {
	return fmt.Sprintf("%s:%03d000", seconds(d), d.Milliseconds()%1000)
}

// seconds is clock without what is below a second.
func seconds(d time.Duration) string {
	s := int64(d / time.Second)
	return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
}
