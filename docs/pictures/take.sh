#!/bin/sh
# Takes docs/storefront.png, docs/checkout.png, docs/dashboard.png, docs/backoffice.png and docs/trace.png: starts the store, buys something in it, lets
# shoppers in, and has a browser look at the back office and at Aspire's dashboard.
# Needs the .NET SDK, npm and Chromium (CHROMIUM, or one on PATH).
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome)}
store=
stop() {
    if [ -n "$store" ]; then
        kill -TERM "-$store" 2>/dev/null || true
        wait "$store" || true
    fi
    rm -rf "$work"
}
trap stop EXIT INT TERM

npm install --silent --no-audit --no-fund --prefix "$work" playwright-core@1 >/dev/null
# A process group of its own, which is stopped as a whole.
Shoppers__PerMinute=120 setsid dotnet run --project Shop.AppHost >"$work/log" 2>&1 &
store=$!
until grep -q 'Shop is up' "$work/log"; do
    kill -0 "$store" 2>/dev/null || { cat "$work/log"; exit 1; }
    sleep 1
done
login=$(grep -o 'http://[^ ]*/login?t=[0-9a-f]*' "$work/log" | head -n 1)
cp docs/pictures/take.mjs "$work/"
store_address=$(sed -nE 's/.*Shop is up +(http[^ ]*).*/\1/p' "$work/log" | head -n 1)
office=$(sed -nE 's/^ +admin +healthy +(http[^ ]*).*/\1/p' "$work/log" | head -n 1)
password=$(dotnet user-secrets list --project Shop.AppHost | sed -n 's/^Parameters:admin-password = //p')
node "$work/take.mjs" "$login" docs "$chromium" "$store_address" "$office" "$password"
