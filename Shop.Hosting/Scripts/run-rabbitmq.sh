#!/bin/sh
# Becomes RabbitMQ. Given in the environment: SCRIPT (rabbitmq-server), ERLANG (directory of erl), LIBRARIES (for LD_LIBRARY_PATH, may be
# empty), DATA and RUN (directories of the data and of this run), PORT, DIST_PORT, EPMD_PORT, RABBITMQ_DEFAULT_USER, RABBITMQ_DEFAULT_PASS.
# Exit code 78 means that trying again changes nothing.
set -u
exec 2>&1

fail() { echo "$1"; exit 78; }

if [ "$(id -u)" = 0 ]; then
    chown -R 65534:65534 "$DATA" "$RUN" || fail "'$DATA' cannot be given to the user that servers run as."
    exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs sh "$0"
fi

cd "$DATA" && cd "$RUN" || fail "The user that servers run as cannot reach '$DATA': run as a user without root rights, or move the data."
umask 077

# The server inherits the lock, and the kernel releases it when the server dies.
exec 9>"$DATA/lock" || fail "The data in '$DATA' cannot be written."
if command -v flock >/dev/null; then
    flock -w 10 9 || fail "The data in '$DATA' are in use by another run: stop that one first, or give this one a volume of its own."
fi

random() { tr -dc a-z0-9 </dev/urandom | head -c "$1"; }
bytes() { printf %s "$1" | od -An -v -tu1 | tr -s ' \n' ',' | sed 's/^,//; s/,$//'; }

# The data are kept under the node's name, so the name is kept with the data. It is random so that no two nodes on a machine meet.
[ -s "$DATA/node-name" ] || echo "shop-$(random 8)@localhost" >"$DATA/node-name"
[ -s "$RUN/.erlang.cookie" ] || { random 32 >"$RUN/.erlang.cookie" && chmod 400 "$RUN/.erlang.cookie"; }

# Given empty, so that the machine's own /etc/rabbitmq is not read. Erlang terms can hold any password; the newer format of the
# configuration cannot quote one in the versions that distributions ship.
: >"$RUN/rabbitmq.conf"
: >"$RUN/rabbitmq-env.conf"
echo '[].' >"$RUN/enabled_plugins"
cat >"$RUN/advanced.config" <<CONFIG
[{rabbit, [
  {tcp_listeners, [{"127.0.0.1", $PORT}]},
  {default_user, <<$(bytes "$RABBITMQ_DEFAULT_USER")>>},
  {default_pass, <<$(bytes "$RABBITMQ_DEFAULT_PASS")>>}
]}].
CONFIG

# Erlang's port mapper (epmd) tells nodes where they find each other. A node that finds none starts one, which then outlives it and serves
# every node on the machine. So this node gets its own, which dies with it.
tie=
command -v setpriv >/dev/null && tie="setpriv --pdeathsig KILL"
(
    exec 9>&-
    # shellcheck disable=SC2086
    exec env -i PATH=/usr/bin:/bin LD_LIBRARY_PATH="$LIBRARIES" $tie "$ERLANG/epmd" -address 127.0.0.1 -port "$EPMD_PORT"
) &

# Under systemd the script becomes the Erlang VM instead of watching over it: its process id is the server's.
exec env -i PATH="$ERLANG:/usr/bin:/bin" LANG=C.UTF-8 HOME="$RUN" LD_LIBRARY_PATH="$LIBRARIES" RUNNING_UNDER_SYSTEMD=true \
    RABBITMQ_NODENAME="$(cat "$DATA/node-name")" RABBITMQ_DIST_PORT="$DIST_PORT" ERL_EPMD_PORT="$EPMD_PORT" \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1}" \
    RABBITMQ_CONF_ENV_FILE="$RUN/rabbitmq-env.conf" RABBITMQ_CONFIG_FILE="$RUN/rabbitmq.conf" \
    RABBITMQ_ADVANCED_CONFIG_FILE="$RUN/advanced.config" RABBITMQ_ENABLED_PLUGINS_FILE="$RUN/enabled_plugins" \
    RABBITMQ_MNESIA_BASE="$DATA" RABBITMQ_LOG_BASE="$RUN" RABBITMQ_LOGS=- RABBITMQ_PID_FILE="$RUN/pid" \
    ERL_CRASH_DUMP="$RUN/erl_crash.dump" "$SCRIPT"
