package otlp

import (
	"context"
	"sync"

	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// A reporter says that an export has failed, once.
type reporter struct {
	sdk.Exporter
	failed func(error)
	once   sync.Once
}

// Export exports.
func (r *reporter) Export(ctx context.Context, m *metricdata.ResourceMetrics) error {
	if err := r.Exporter.Export(ctx, m); err != nil {
		r.once.Do(func() { r.failed(err) })
	}
	return nil
}
