%% What a scenario is played on: who is who, and the logs of all observers.
-module(oracle_stage).
-export([open/0, close/0, enter/2, call_it/2, play/2, tell/1, note/2, pid/1, alive/0, names/1, label/1,
         keep/2, kept/1, name_of_ref/1, text/1, data/1]).

open() ->
    ets:new(?MODULE, [named_table, public, set]),
    ets:new(oracle_log, [named_table, public, ordered_set]).

%% The logs by observer, sorted by name, each in the order of its lines.
close() ->
    Lines = [{Observer, Line} || {_, Observer, Line} <- ets:tab2list(oracle_log)],
    Observers = lists:usort([Observer || {Observer, _} <- Lines]),
    ets:delete(?MODULE),
    ets:delete(oracle_log),
    [{Observer, {array, [Line || {Whose, Line} <- Lines, Whose =:= Observer]}} || Observer <- Observers].

%% Gives the calling process its name: `a`, and `a.2` when it is the second `a`. Tells which one it is.


enter(Name, Observer) ->
    {Turn, Label} = call_it(self(), Name),
    play(Label, Observer),
    Turn.

%% Names a process that does not tell anything itself.
call_it(Pid, Name) ->
    Turn = ets:update_counter(?MODULE, {count, Name}, 1, {{count, Name}, 0}),
    Label = case Turn of
                1 -> atom_to_list(Name);
                _ -> atom_to_list(Name) ++ "." ++ integer_to_list(Turn)
            end,
    ets:insert(?MODULE, [{{pid, Name}, Pid}, {{pid, list_to_atom(Label)}, Pid}, {{label, Pid}, Label}]),
    {Turn, Label}.

%% From now on the calling process tells as this one.
play(Label, Observer) -> put(oracle_role, {Label, Observer}).

tell(Line) ->
    case get(oracle_role) of
        {Label, undefined} -> note(Label, Line);
        {Label, Observer} -> note(atom_to_list(Observer), [Label, ": ", Line])
    end.

note(Observer, Line) ->
    ets:insert(oracle_log, {erlang:unique_integer([monotonic]), Observer, lists:flatten(Line)}).

pid(Target) ->
    case ets:lookup(?MODULE, {pid, Target}) of
        [{_, Pid}] -> Pid;
        [] -> error(nobody)
    end.

alive() -> lists:usort([label(Pid) || {{pid, _}, Pid} <- ets:tab2list(?MODULE), is_process_alive(Pid)]).

%% The names of some, sorted.
names(Pids) -> lists:join(" ", lists:sort([label(Pid) || Pid <- Pids])).

label(Pid) ->
    case ets:lookup(?MODULE, {label, Pid}) of
        [{_, Label}] -> Label;
        [] -> "somebody"
    end.

%% References, callers' tags and requests, by the name that the scenario gave them.
keep(As, Value) -> ets:insert(?MODULE, {{kept, As}, Value}).

kept(As) -> ets:lookup_element(?MODULE, {kept, As}, 2).

name_of_ref(Ref) ->
    case ets:match(?MODULE, {{kept, '$1'}, Ref}) of
        [[As] | _] -> atom_to_list(As);
        [] -> "unknown"
    end.

%% A scenario's data as a term: an object of one key is a pair.
data(Map) when is_map(Map) ->
    [{Key, Value}] = maps:to_list(Map),
    {Key, data(Value)};
data(List) when is_list(List) -> [data(Item) || Item <- List];
data(Other) -> Other.

%% A term as text: pids by their names, and stacks as `stack`.
text(Pid) when is_pid(Pid) -> label(Pid);
text(Ref) when is_reference(Ref) -> name_of_ref(Ref);
text(Atom) when is_atom(Atom) -> atom_to_list(Atom);
text(Number) when is_integer(Number) -> integer_to_list(Number);
text(Tuple) when is_tuple(Tuple) -> ["{", lists:join(",", [text(Item) || Item <- tuple_to_list(Tuple)]), "}"];
text([{M, F, A, Where} | _]) when is_atom(M), is_atom(F), is_integer(A) orelse is_list(A), is_list(Where) -> "stack";
text(List) when is_list(List) -> ["[", lists:join(",", [text(Item) || Item <- List]), "]"];
text(Other) -> io_lib:format("~p", [Other]).
