"""Grafana's dashboards as code: their definition, Grafana's files made of it, and pictures of them."""
