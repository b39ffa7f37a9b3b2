%% Monitors, timers, groups and keys.
-module(bench_names).
-export([watch/0, timer/0, join/0, register/0]).

-define(PAIRS, 1000000).
-define(MEMBERS, 5000).
-define(KEYS, 50000).

watch() ->
    {ok, Pid} = gen_server:start_link(bench_counter, 0, []),
    Pair = fun() -> erlang:demonitor(erlang:monitor(process, Pid)) end,
    [{value, bench:rate(?PAIRS, fun(Count) -> bench:count_down(Count, Pair) end)}].

timer() ->
    {ok, Pid} = gen_server:start_link(bench_counter, 0, []),
    Pair = fun() -> erlang:cancel_timer(erlang:send_after(1000, Pid, tick)) end,
    [{value, bench:rate(?PAIRS, fun(Count) -> bench:count_down(Count, Pair) end)}].

join() ->
    {ok, _} = pg:start_link(groups),
    Members = [spawn_link(fun() -> receive stop -> ok end end) || _ <- lists:seq(1, ?MEMBERS)],
    Ms = bench:milliseconds(fun() -> [ok = pg:join(groups, members, Member) || Member <- Members] end),
    [{value, ?MEMBERS / Ms * 1000}].

%% Elixir's Registry, which has to be on the code path.
register() ->
    {ok, _} = application:ensure_all_started(elixir),
    {ok, _} = 'Elixir.Registry':start_link([{keys, unique}, {name, 'Elixir.Keys'}]),
    Register = fun(Key) -> {ok, _} = 'Elixir.Registry':register('Elixir.Keys', Key, nil) end,
    [Register({warm, Index}) || Index <- lists:seq(1, ?KEYS div 10)],
    Keys = [<<"key", (integer_to_binary(Index))/binary>> || Index <- lists:seq(1, ?KEYS)],
    [{value, ?KEYS / bench:milliseconds(fun() -> lists:foreach(Register, Keys) end) * 1000}].
