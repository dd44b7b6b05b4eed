"""The report as pages for a browser: from disk or any web server, without a request to anywhere else."""
