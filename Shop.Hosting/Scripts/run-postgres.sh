#!/bin/sh
# Runs PostgreSQL in the foreground. Given in the environment: BIN (directory of postgres and initdb), LIBRARIES (for LD_LIBRARY_PATH, may
# be empty), DATA and RUN (directories of the data and of this run), PORT, POSTGRES_USER, POSTGRES_PASSWORD. Arguments go to postgres.
# Exit code 78 means that trying again changes nothing.
set -u
exec 2>&1

fail() { echo "$1"; exit 78; }

# PostgreSQL refuses to run as root.
if [ "$(id -u)" = 0 ]; then
    chown -R 65534:65534 "$DATA" "$RUN" || fail "'$DATA' cannot be given to the user that servers run as."
    exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs sh "$0" "$@"
fi

cd "$DATA" && cd "$RUN" || fail "The user that servers run as cannot reach '$DATA': run as a user without root rights, or move the data."
umask 077
data=$DATA/data

# Nothing of the caller's environment, PGDATA for example, reaches PostgreSQL.
clean() { env -i PATH="$BIN:/usr/bin:/bin" LANG=C.UTF-8 HOME="$RUN" LD_LIBRARY_PATH="$LIBRARIES" "$@"; }
works_in_data() { [ "$(readlink "/proc/$1/cwd" 2>/dev/null)" = "$data" ]; }

# The kernel releases the lock when its holder dies. Waiting is for a run that is just going down.
exec 9>"$DATA/lock" || fail "The data in '$DATA' cannot be written."
if command -v flock >/dev/null; then
    flock -w 10 9 || fail "The data in '$DATA' are in use by another run: stop that one first, or give this one a volume of its own."
fi

if [ ! -d "$data" ]; then
    # Initialised beside its place, then moved there: an interrupted run leaves nothing that looks like a database.
    rm -rf "$data.new"
    printf %s "$POSTGRES_PASSWORD" >"$RUN/password"
    output=$(clean "$BIN/initdb" --pgdata "$data.new" --username "$POSTGRES_USER" --auth scram-sha-256 --pwfile "$RUN/password" \
        --encoding UTF8 --locale "${SERVER_LOCALE:-C.UTF-8}" 2>&1)
    status=$?
    rm -f "$RUN/password"
    if [ $status -ne 0 ]; then
        echo "$output"
        fail "PostgreSQL could not initialise '$data': $(echo "$output" | grep -i error | tail -n 1)"
    fi
    mv "$data.new" "$data" || fail "'$data.new' cannot be moved to '$data'."
else
    made_by=$(cat "$data/PG_VERSION")
    this=$(clean "$BIN/postgres" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
    [ "$made_by" = "$this" ] ||
        fail "The data in '$DATA' are of PostgreSQL $made_by and this is PostgreSQL $this: put PostgreSQL $made_by on PATH, or move the data away."

    # We have the lock, so a server that still works here belongs to a run that was killed. Busy children outlive their server, and
    # would go on writing to data that the next one has in its hands.
    tries=0
    for server in $(head -n 1 "$data/postmaster.pid" 2>/dev/null); do
        while works_in_data "$server"; do
            tries=$((tries + 1))
            [ $tries -le 100 ] || fail "Another PostgreSQL (process $server) runs on the data in '$data': stop it first."
            sleep 0.1
        done
    done
    for process in /proc/[0-9]*; do
        while works_in_data "${process#/proc/}"; do
            kill -KILL "${process#/proc/}" 2>/dev/null
            sleep 0.05
        done
    done
    rm -f "$data/postmaster.pid"

    # The password is this run's, whatever it was when the data were made.
    quoted=$(printf %s "$POSTGRES_PASSWORD" | sed "s/'/''/g")
    printf '%s\n' "ALTER ROLE \"$POSTGRES_USER\" PASSWORD '$quoted'" |
        clean "$BIN/postgres" --single -D "$data" -c log_min_messages=fatal -c "unix_socket_directories=" postgres >/dev/null ||
        echo "The password could not be set anew; the one of the last run counts."
fi

# A socket's path has at most 107 bytes. Without a directory there is only TCP.
sockets=$RUN
[ "$(printf %s "$RUN" | wc -c)" -le 85 ] || sockets=
unset POSTGRES_PASSWORD

# It dies with this script, even when that is killed. SIGQUIT lets it take its children along.
tie=
command -v setpriv >/dev/null && tie="setpriv --pdeathsig QUIT"
(
    exec 9>&-
    # The compiler for queries is a library of 100 MB that unpacked packages leave out; short queries gain nothing by it.
    # shellcheck disable=SC2086
    exec env -i PATH="$BIN:/usr/bin:/bin" LANG=C.UTF-8 HOME="$RUN" LD_LIBRARY_PATH="$LIBRARIES" $tie "$BIN/postgres" -D "$data" \
        -c listen_addresses=127.0.0.1 -c port="$PORT" -c unix_socket_directories="$sockets" -c max_connections=300 -c jit=off "$@"
) &
server=$!

# SIGTERM would wait for the last client to go; SIGINT ends their sessions.
trap 'kill -INT $server' TERM INT
status=0
wait $server || status=$?
while kill -0 $server 2>/dev/null; do
    wait $server
    status=$?
done
exit $status
