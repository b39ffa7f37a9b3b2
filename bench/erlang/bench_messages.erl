%% One-way messages, calls, and a mailbox of a million messages.
-module(bench_messages).
-export([cast/0, cast_by_name/0, call/0, mailbox/0]).

-define(CASTS, 1000000).
-define(CALLS, 200000).
-define(LONG, 1000000).
%% As many as our side sends before it waits until they are handled.
-define(BATCH, 256).

cast() ->
    {ok, Pid} = gen_server:start_link(bench_counter, 0, []),
    [{value, bench:rate(?CASTS, fun(Count) -> flood(Pid, Count) end)}].

cast_by_name() ->
    {ok, _} = gen_server:start_link({local, counter}, bench_counter, 0, []),
    [{value, bench:rate(?CASTS, fun(Count) -> flood(counter, Count) end)}].

call() ->
    {ok, Pid} = gen_server:start_link(bench_counter, 0, []),
    Calls = fun(Count) -> bench:count_down(Count, fun() -> gen_server:call(Pid, {add, 1}) end) end,
    [{value, bench:rate(?CALLS, Calls)}].

%% The server does not run while its mailbox is filled, as ours cannot run before the sender's turn is over.
mailbox() ->
    {ok, Pid} = gen_server:start_link(bench_counter, 0, []),
    Fill = fun(Count) ->
        erlang:suspend_process(Pid),
        Filling = bench:milliseconds(fun() -> emit(Pid, Count) end),
        gen_server:cast(Pid, {tell, self()}),
        Draining = bench:milliseconds(fun() ->
            erlang:resume_process(Pid),
            receive told -> ok end
        end),
        [{fill, Count / Filling * 1000}, {drain, Count / Draining * 1000}]
    end,
    Fill(?LONG div 10),
    Fill(?LONG).

flood(_, 0) ->
    ok;
flood(To, Left) ->
    Count = min(Left, ?BATCH),
    emit(To, Count),
    gen_server:cast(To, {tell, self()}),
    receive told -> ok end,
    flood(To, Left - Count).

emit(_, 0) ->
    ok;
emit(To, Left) ->
    gen_server:cast(To, {add, 1}),
    emit(To, Left - 1).
