#!/usr/bin/env python3
"""Query expressions mean the same on every store: t/query/differential --check on SQLite and a private MariaDB."""
import os
import sys

import harness

tests = harness.SOURCE / 't'
os.execv(sys.executable, [sys.executable, str(tests / 'with-mariadb'), sys.executable, str(tests / 'query' / 'differential'),
  '--check'])
