%% The server of the benchmarks: counts, tells when everything before was handled, passes a ball on, finishes when asked.
-module(bench_counter).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2]).

init({begun, Tester}) ->
    Tester ! {begun, erlang:monotonic_time(nanosecond)},
    {ok, 0};
init(State) ->
    {ok, State}.

handle_call({add, By}, _From, Count) ->
    {reply, Count + By, Count + By}.

handle_cast({add, By}, Count) ->
    {noreply, Count + By};
handle_cast({tell, Told}, Count) ->
    Told ! told,
    {noreply, Count};
handle_cast({next, Next, Done}, _) ->
    {noreply, {Next, Done}};
handle_cast({ball, 0}, {_, Done} = State) ->
    Done ! done,
    {noreply, State};
handle_cast({ball, Left}, {Next, _} = State) ->
    gen_server:cast(Next, {ball, Left - 1}),
    {noreply, State};
handle_cast(finish, State) ->
    {stop, normal, State}.
