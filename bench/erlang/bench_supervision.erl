%% Supervisors: restarts of a named child, a thousand at once, and many children under one.
-module(bench_supervision).
-behaviour(supervisor).
-export([init/1, latency/0, restarts/0, at_once/0, children/0]).

%% A supervisor walks the list of its restarts at each: few to one keep that, which is a figure of its own, out of this one.
-define(SUPERVISORS, 20).
-define(SAMPLED_EACH, 50).
-define(RESTARTS, 10000).
-define(AT_ONCE, 1000).
-define(CHILDREN, 100000).

init({Strategy, Children}) ->
    {ok, {#{strategy => Strategy, intensity => ?RESTARTS * 2, period => 600}, Children}}.

latency() ->
    Sample = fun(_) ->
        Sup = supervise([worker]),
        Taken = latencies(?SAMPLED_EACH),
        stop(Sup),
        Taken
    end,
    lists:foreach(Sample, lists:seq(1, ?SUPERVISORS)),
    [{value, bench:median(lists:flatmap(Sample, lists:seq(1, ?SUPERVISORS))) / 1000}].

restarts() ->
    supervise([worker]),
    latencies(1),
    Ms = bench:milliseconds(fun() -> latencies(?RESTARTS) end),
    [{value, ?RESTARTS / Ms * 1000}].

at_once() ->
    Sup = supervise(names()),
    kill_all(),
    stop(Sup),
    supervise(names()),
    [{value, ?AT_ONCE / bench:milliseconds(fun kill_all/0) * 1000}].

children() ->
    Worker = #{id => worker, start => {gen_server, start_link, [bench_counter, 0, []]}, restart => temporary},
    {ok, Sup} = supervisor:start_link(?MODULE, {simple_one_for_one, [Worker]}),
    Start = fun() -> {ok, _} = supervisor:start_child(Sup, []) end,
    Starting = bench:milliseconds(fun() -> bench:count_down(?CHILDREN, Start) end),
    Listing = bench:milliseconds(fun() -> ?CHILDREN = length(supervisor:which_children(Sup)) end),
    Stopping = bench:milliseconds(fun() -> stop(Sup) end),
    [{start, ?CHILDREN / Starting * 1000}, {list, Listing}, {stop, Stopping}].

supervise(Names) ->
    {ok, Sup} = supervisor:start_link(?MODULE, {one_for_one, [named(Name, self()) || Name <- Names]}),
    begun(length(Names)),
    Sup.

named(Name, Tester) ->
    #{id => Name, start => {gen_server, start_link, [{local, Name}, bench_counter, {begun, Tester}, []]}}.

names() ->
    [list_to_atom("worker" ++ integer_to_list(Index)) || Index <- lists:seq(1, ?AT_ONCE)].

%% Nanoseconds of each restart, from the kill until the successor's first line, which has the name already.
latencies(0) ->
    [];
latencies(Left) ->
    Worker = whereis(worker),
    Killed = erlang:monotonic_time(nanosecond),
    exit(Worker, kill),
    receive {begun, At} -> [At - Killed | latencies(Left - 1)] end.

kill_all() ->
    [exit(whereis(Name), kill) || Name <- names()],
    begun(?AT_ONCE).

begun(0) ->
    ok;
begun(Left) ->
    receive {begun, _} -> begun(Left - 1) end.

stop(Sup) ->
    unlink(Sup),
    Ref = monitor(process, Sup),
    exit(Sup, shutdown),
    receive {'DOWN', Ref, process, Sup, _} -> ok end.
