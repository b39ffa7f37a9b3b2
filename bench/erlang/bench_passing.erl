%% Processes that pass a ball: a pair, a ring of a thousand, a chain of a hundred thousand; plain processes and servers.
-module(bench_passing).
-export([pair/0, pair_servers/0, ring/0, chain/0]).

-define(PASSES, 400000).
-define(CHAIN, 100000).

pair() -> [{value, plain(2, ?PASSES) / 2}].
pair_servers() -> [{value, servers(2, ?PASSES) / 2}].
ring() -> [{value, plain(1000, ?PASSES)}].
chain() -> [{value, plain(?CHAIN, ?CHAIN)}].

plain(Players, Passes) ->
    Tester = self(),
    [First | _] = Team = [spawn_link(fun() -> player(Tester) end) || _ <- lists:seq(1, Players)],
    introduce(Team, First, fun(Player, Next) -> Player ! {next, Next} end),
    bench:rate(Passes, fun(Count) ->
        First ! {ball, Count},
        receive done -> ok end
    end).

servers(Players, Passes) ->
    Tester = self(),
    [First | _] = Team = [started() || _ <- lists:seq(1, Players)],
    introduce(Team, First, fun(Player, Next) -> gen_server:cast(Player, {next, Next, Tester}) end),
    bench:rate(Passes, fun(Count) ->
        gen_server:cast(First, {ball, Count}),
        receive done -> ok end
    end).

started() ->
    {ok, Pid} = gen_server:start_link(bench_counter, undefined, []),
    Pid.

introduce([Last], First, Tell) ->
    Tell(Last, First);
introduce([Player, Next | Rest], First, Tell) ->
    Tell(Player, Next),
    introduce([Next | Rest], First, Tell).

player(Tester) ->
    receive {next, Next} -> pass(Next, Tester) end.

pass(Next, Tester) ->
    receive
        {ball, 0} -> Tester ! done;
        {ball, Left} -> Next ! {ball, Left - 1}
    end,
    pass(Next, Tester).
