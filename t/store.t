#!/usr/bin/env python3
"""The list of store cases (t/store/test-store) on SQLite, on a private MariaDB, and on CHRONOLOGER_TEST_DSN."""
import os
import sys

import harness

command = [sys.executable, str(harness.SOURCE / 't' / 'with-mariadb'), str(harness.BUILD / 't' / 'store' / 'test-store')]
os.execv(sys.executable, command)
