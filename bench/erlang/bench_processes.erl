%% What processes cost: starting and ending them, the memory of those that wait, a million of them.
-module(bench_processes).
-export([function/0, server/0, bytes/0, bytes_server/0, million/0]).

-define(WAVE, 100).
-define(WAVES, 2000).
-define(WAITING, 10000).
-define(MILLION, 1000000).

%% Every one is watched from its first line, and its end is heard of.
function() ->
    Wave = fun() ->
        Started = [spawn_monitor(fun once/0) || _ <- lists:seq(1, ?WAVE)],
        [gone(Pid, Ref) || {Pid, Ref} <- Started]
    end,
    [{value, bench:rate(?WAVES, fun(Count) -> bench:count_down(Count, Wave) end) * ?WAVE}].

%% Each start waits for its init, as `gen_server:start` always does.
server() ->
    Wave = fun() ->
        Pids = [started() || _ <- lists:seq(1, ?WAVE)],
        Last = lists:last(Pids),
        Ref = monitor(process, Last),
        [gen_server:cast(Pid, finish) || Pid <- Pids],
        gone(Last, Ref)
    end,
    [{value, bench:rate(?WAVES div 10, fun(Count) -> bench:count_down(Count, Wave) end) * ?WAVE}].

bytes() -> [{value, bytes_each(fun waiting/0)}].
bytes_server() -> [{value, bytes_each(fun started/0)}].

million() ->
    Before = in_use(),
    Tester = self(),
    Ms = bench:milliseconds(fun() ->
        bench:count_down(?MILLION - 1, fun() -> waiting() end),
        % Whoever was started last runs last.
        spawn(fun() -> Tester ! all, idle() end),
        receive all -> ok end
    end),
    [{ms, Ms}, {mib, (in_use() - Before) / 1048576}].

bytes_each(Start) ->
    Before = in_use(),
    Pids = [Start() || _ <- lists:seq(1, ?WAITING)],
    Bytes = (in_use() - Before) / ?WAITING,
    [exit(Pid, kill) || Pid <- Pids],
    Bytes.

waiting() ->
    spawn(fun idle/0).

started() ->
    {ok, Pid} = gen_server:start(bench_counter, 0, []),
    Pid.

idle() ->
    receive stop -> ok end.

once() ->
    ok.

gone(Pid, Ref) ->
    receive {'DOWN', Ref, process, Pid, _} -> ok end.

in_use() ->
    garbage_collect(),
    erlang:memory(total).
