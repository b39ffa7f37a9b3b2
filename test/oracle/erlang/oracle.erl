%% Plays scenarios on Erlang: one after the other, each step to its end, and writes down what the observers saw.
-module(oracle).
-export([main/1]).

%% `erl +S 1:1 ... -run oracle main In Out`: In holds a list of scenarios as a term, Out gets the logs as JSON.
main([In, Out]) ->
    %% Crash reports are not what is compared, and would run in processes of their own.
    logger:set_primary_config(level, none),
    %% With one scheduler, whoever can run runs before this process looks whether all are at rest.
    process_flag(priority, low),
    {ok, [Scenarios]} = file:consult(In),
    Logs = [play(Scenario) || Scenario <- Scenarios],
    ok = file:write_file(Out, json({[{"otp", release()}, {"scenarios", {Logs}}]})),
    halt(0).

play(#{name := Name, actors := Actors, applications := Applications, steps := Steps}) ->
    Before = processes(),
    oracle_stage:open(),
    lists:foreach(fun oracle_application:load/1, Applications),
    lists:foreach(fun({As, Actor}) -> ok = oracle_actor:start_alone(As, Actor), rest() end, Actors),
    lists:foreach(fun(Step) -> step(Step), rest() end, Steps),
    oracle_stage:note("end", ["alive: ", lists:join(" ", oracle_stage:alive())]),
    Logs = oracle_stage:close(),
    lists:foreach(fun oracle_application:forget/1, Applications),
    [exit(Pid, kill) || Pid <- processes() -- Before],
    rest(),
    {atom_to_list(Name), {Logs}}.

step(#{passMs := Ms}) -> timer:sleep(Ms);
step(#{at := Who, do := Actions}) ->
    try oracle_stage:pid(Who) of
        Pid -> Pid ! {do, Actions}
    catch
        error:nobody -> oracle_stage:note("end", ["nobody is ", atom_to_list(Who)])
    end.

%% Comes back when every process waits. One look can fall between two of them, three in a row cannot.
rest() -> rest(3).

rest(0) -> ok;
rest(Looks) ->
    erlang:yield(),
    case lists:all(fun waits/1, processes()) of
        true -> rest(Looks - 1);
        false -> rest()
    end.

waits(Pid) when Pid =:= self() -> true;
waits(Pid) ->
    case process_info(Pid, status) of
        {status, waiting} -> true;
        {status, suspended} -> true;
        undefined -> true;
        _ -> false
    end.

release() ->
    Major = erlang:system_info(otp_release),
    File = filename:join([code:root_dir(), "releases", Major, "OTP_VERSION"]),
    case file:read_file(File) of
        {ok, Version} -> string:trim(binary_to_list(Version));
        {error, _} -> Major
    end.

%% Objects are {[{Key, Value}]}, texts are strings, other lists are arrays: OTP has a module for it from 27 on only.
json({Fields}) ->
    ["{", lists:join(",", [[text(Key), ":", json(Value)] || {Key, Value} <- Fields]), "}"];
json({array, Items}) -> ["[", lists:join(",", [json(Item) || Item <- Items]), "]"];
json(Text) -> text(Text).

text(Text) -> ["\"", [escaped(C) || C <- lists:flatten(Text)], "\""].

escaped($") -> "\\\"";
escaped($\\) -> "\\\\";
escaped($\n) -> "\\n";
escaped(C) -> C.
