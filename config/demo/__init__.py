"""The demo: people, queues, shows, brands and a month of work, all invented for Clearance."""
