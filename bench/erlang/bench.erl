%% Runs one work of a benchmark and prints its figures, a line `name value` for each. The work takes its own time.
-module(bench).
-export([main/1, rate/2, milliseconds/1, median/1, count_down/2]).

main([Module, Work]) ->
    % Crashes are the work here, and ours reports them to nobody either.
    logger:set_primary_config(level, none),
    try apply(list_to_atom(Module), list_to_atom(Work), []) of
        Figures ->
            [io:format("~s ~w~n", [Name, float(Value)]) || {Name, Value} <- Figures],
            halt(0)
    catch
        Class:Reason:Stack ->
            io:format("~p ~p ~p~n", [Class, Reason, Stack]),
            halt(1)
    end.

%% Completed operations a second, warmed up with a tenth of them.
rate(Count, Work) ->
    Work(max(1, Count div 10)),
    Count / milliseconds(fun() -> Work(Count) end) * 1000.

milliseconds(Work) ->
    Start = erlang:monotonic_time(nanosecond),
    Work(),
    (erlang:monotonic_time(nanosecond) - Start) / 1.0e6.

median(Values) ->
    lists:nth(length(Values) div 2 + 1, lists:sort(Values)).

count_down(0, _) ->
    ok;
count_down(Left, Work) ->
    Work(),
    count_down(Left - 1, Work).
