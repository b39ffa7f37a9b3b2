%% Two nodes of distributed Erlang: calls and one-way messages to a server on the node that AIEX_BENCH_SERVER names.
-module(bench_nodes).
-behaviour(gen_server).
-export([serve/0, latency/0, calls_100/0, calls_1000/0, small/0, kib/0, large/0]).
-export([init/1, handle_call/3, handle_cast/2]).

%% Milliseconds of one round, and of what comes before it to warm up.
-define(ROUND, 700).
-define(WARM_UP, 200).
%% The clock is looked at once for so many messages.
-define(BATCH, 64).

serve() ->
    {ok, _} = gen_server:start({local, ?MODULE}, ?MODULE, 0, []),
    io:format("ready~n").

init(Count) -> {ok, Count}.

handle_call(who, _, Count) -> {reply, self(), Count};
handle_call(count, _, Count) -> {reply, Count, Count};
handle_call({add, By}, _, Count) -> {reply, By + 1, Count}.

handle_cast({take, _}, Count) -> {noreply, Count + 1}.

%% Microseconds of a call, one after the other.
latency() ->
    Pid = server(),
    one_by_one(Pid, until(?WARM_UP), []),
    Took = lists:sort(one_by_one(Pid, until(?ROUND), [])),
    [{p50, part(Took, 50)}, {p99, part(Took, 99)}].

calls_100() -> calls(100).
calls_1000() -> calls(1000).

small() ->
    flood(#{
        id => 123456,
        at => 1732309200123.5,
        kind => <<"reading">>,
        place => <<"room 12">>,
        value => 21.5,
        ok => true
    }).
kib() -> flood(#{bytes => binary:copy(<<0>>, 1024)}).
large() -> flood(#{bytes => binary:copy(<<0>>, 65536)}).

calls(Callers) ->
    Pid = server(),
    callers(Pid, Callers, ?WARM_UP),
    [{value, callers(Pid, Callers, ?ROUND)}].

callers(Pid, Callers, For) ->
    Start = now_ns(),
    End = until(For),
    Self = self(),
    Loops = [spawn_link(fun() -> Self ! {self(), caller(Pid, End, 0)} end) || _ <- lists:seq(1, Callers)],
    Answered = lists:sum([receive {Loop, Count} -> Count end || Loop <- Loops]),
    Answered / (now_ns() - Start) * 1.0e9.

caller(Pid, End, Count) ->
    case now_ns() < End of
        true ->
            2 = gen_server:call(Pid, {add, 1}),
            caller(Pid, End, Count + 1);
        false ->
            Count
    end.

one_by_one(Pid, End, Took) ->
    Start = now_ns(),
    case Start < End of
        true ->
            2 = gen_server:call(Pid, {add, 1}),
            one_by_one(Pid, End, [(now_ns() - Start) / 1000 | Took]);
        false ->
            Took
    end.

flood(Message) ->
    Pid = server(),
    flood(Pid, Message, ?WARM_UP),
    [{value, flood(Pid, Message, ?ROUND)}].

%% The way itself holds a sender up that is too fast; the count comes when everything before was handled.
flood(Pid, Message, For) ->
    Before = gen_server:call(Pid, count),
    Start = now_ns(),
    Sent = emit(Pid, Message, until(For), 0),
    Sent = gen_server:call(Pid, count, infinity) - Before,
    Sent / (now_ns() - Start) * 1.0e9.

emit(Pid, Message, End, Sent) ->
    case now_ns() < End of
        true ->
            bench:count_down(?BATCH, fun() -> gen_server:cast(Pid, {take, Message}) end),
            emit(Pid, Message, End, Sent + ?BATCH);
        false ->
            Sent
    end.

server() ->
    gen_server:call({?MODULE, list_to_atom(os:getenv("AIEX_BENCH_SERVER"))}, who).

part(Sorted, Percent) ->
    lists:nth(length(Sorted) * Percent div 100 + 1, Sorted).

now_ns() -> erlang:monotonic_time(nanosecond).

until(Milliseconds) -> now_ns() + Milliseconds * 1000000.
