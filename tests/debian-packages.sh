#!/usr/bin/env bash
# The tests need a PostgreSQL server's programs, Chromium, and the mail servers dovecot (IMAP) and postfix. Installs what is missing when run as root on Debian;
# otherwise says what to install.
set -euo pipefail

missing=()
compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium)
[ -x /usr/sbin/dovecot ] || command -v dovecot >/dev/null || missing+=(dovecot-imapd)
[ -x /usr/sbin/postfix ] || command -v postfix >/dev/null || missing+=(postfix)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests need Debian packages that are not here. Install them with:" >&2
    echo "    sudo apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
fi

# The tests start servers of their own. Debian would also set one up to run all the time: asked not to, for once.
no_cluster=/etc/postgresql-common/createcluster.d/hoatoc-tests.conf
trap 'rm -f "$no_cluster"' EXIT
mkdir -p "$(dirname "$no_cluster")"
echo "create_main_cluster = false" >"$no_cluster"

echo "Installing Debian packages: ${missing[*]} …"
apt-get update --quiet=2
# The tests start mail servers of their own; Debian's are neither asked how to be set up nor started.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$no_cluster" "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
fi
echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends "${missing[@]}" >/dev/null
