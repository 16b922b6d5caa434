"""pytest-benchmark suites; nothing here may import locust or gevent, which patch the process."""
