"""From intake to outcomes: cohorts projected forward, queues and their waits."""
