%% What makes RabbitMQ start and stop in seconds, and never leave an epmd behind. Compiled in
%% memory and run by the Erlang VM before RabbitMQ; docs/decisions/013 has the figures.
-module(hdms_node).
-behaviour(gen_event).
-export([prepare/0, init/1, handle_event/2, handle_call/2]).

%% RabbitMQ looks at all its modules at every start. Loaded one by one, each copies the table of
%% exported functions; loaded at once they take a third of the time.
-define(APPLICATIONS, [
    compiler, syntax_tools, mnesia, os_mon, inets, crypto, public_key, ssl, xmerl, tools,
    rabbit_common, rabbitmq_prelaunch, rabbit, ra, aten, gen_batch_server, osiris, seshat,
    cuttlefish, credentials_obfuscation, syslog, sysmon_handler, systemd, recon,
    stdout_formatter, jsx, ranch, cowlib, cowboy, amqp_client, rabbitmq_web_dispatch,
    rabbitmq_management_agent, rabbitmq_management, khepri, khepri_mnesia_migration, horus, jose,
    oauth2_client, thoas
]).

prepare() ->
    %% Once a minute RabbitMQ starts a VM whose only purpose is to start epmd: not with these.
    true = os:putenv("ERL_AFLAGS", "-start_epmd false -dist_listen false"),
    _ = code:ensure_modules_loaded(lists:flatmap(fun modules/1, ?APPLICATIONS)),
    ok = gen_event:swap_handler(erl_signal_server, {erl_signal_handler, []}, {?MODULE, []}).

%% Not by application:load(), from which RabbitMQ would conclude that a plugin runs already. What
%% this release of RabbitMQ or Erlang does not have has no modules.
modules(Application) ->
    case file:consult(code:where_is_file(atom_to_list(Application) ++ ".app")) of
        {ok, [{application, Application, Properties}]} -> proplists:get_value(modules, Properties);
        {error, _} -> []
    end.

init(_) ->
    {ok, none}.

%% The management plugin's handler asks, while it is stopped, a supervisor that waits for it: 5 s
%% until it is given up. Stopped beforehand it is done at once.
handle_event(sigterm, State) ->
    _ = (catch gen_event:delete_handler(rabbit_event, rabbit_mgmt_db_handler, stop)),
    erl_signal_handler:handle_event(sigterm, State);
handle_event(Signal, State) ->
    erl_signal_handler:handle_event(Signal, State).

handle_call(_, State) ->
    {ok, ok, State}.
