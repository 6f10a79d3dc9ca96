"""What scoring does because it is due: scores and rankings of marked clusters, suggestions of final periods, gauges."""
