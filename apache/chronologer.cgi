#!/bin/sh
# Chronologer as a plain CGI program: see htaccess. Choose at the lines marked "<-".
#
# The program believes who the user is from CHRONOLOGER_USER only. Apache sets REMOTE_USER for CGI
# programs after it has checked the password, never from a header. This is done here and not by a
# RewriteRule because suexec, which shared hosting uses, drops variables that it does not know. Under
# another server than Apache find out first whether its REMOTE_USER is checked.
export CHRONOLOGER_USER="$REMOTE_USER"
export CHRONOLOGER_STORAGE_DSN=sqlite:////home/me/chronologer/chronologer.db  # <- settings
exec /home/me/chronologer/bin/chronologer-fcgi  # <- program
