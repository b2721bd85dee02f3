"""What several tests share and no product needs."""
