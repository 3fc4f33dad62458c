"""The demo of the embedded mode: fixed people, one partner, one site, two auditors."""
