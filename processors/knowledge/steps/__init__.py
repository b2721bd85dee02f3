"""Where on a page somebody is told what to do, step by step: however the page writes it."""
