%% A handler of a scenario's event manager, as gen_event has them.
-module(oracle_handler).
-behaviour(gen_event).
-export([init/1, handle_event/2, handle_call/2, handle_info/2, terminate/2]).

%% One that replaces another is told what the other's terminate gave.
init({#{id := _} = Part, Before}) -> begin_with(Part, ["init after ", oracle_stage:text(Before)]);
init(Part) -> begin_with(Part, "init").

begin_with(Part, Line) ->
    play(Part),
    oracle_stage:tell(Line),
    Start = maps:get(begins, Part, #{gives => ok}),
    oracle_action:perform(maps:get(do, Start, [])),
    case Start of
        #{gives := ok} -> {ok, Part};
        #{gives := #{refuse := Reason}} -> {error, oracle_stage:data(Reason)};
        #{gives := #{garbage := Value}} -> oracle_stage:data(Value)
    end.

handle_event(Event, Part) -> react("event ", Event, maps:get(events, Part, #{}), Part).
handle_call(Request, Part) -> react("call ", Request, maps:get(calls, Part, #{}), Part).
handle_info(_, Part) -> {ok, Part}.

terminate(Why, Part) ->
    play(Part),
    oracle_stage:tell(["terminate ", oracle_stage:text(Why)]),
    oracle_action:perform(maps:get(leaves, Part, [])),
    left.

react(Word, Event, Reactions, Part) ->
    play(Part),
    oracle_stage:tell([Word, atom_to_list(Event)]),
    Reaction = maps:get(Event, Reactions, #{}),
    oracle_action:perform(maps:get(do, Reaction, [])),
    case Reaction of
        #{gives := remove} when Word =:= "call " -> {remove_handler, removed};
        #{gives := remove} -> remove_handler;
        #{gives := #{reply := Value}} -> {ok, oracle_stage:data(Value), Part};
        #{gives := #{garbage := Value}} -> oracle_stage:data(Value);
        #{gives := #{swap := #{id := Id} = Next}} when Word =:= "call " ->
            {swap_handler, swapped, undefined, Part, {?MODULE, Id}, Next};
        #{gives := #{swap := #{id := Id} = Next}} -> {swap_handler, undefined, Part, {?MODULE, Id}, Next};
        _ when Word =:= "call " -> {ok, ok, Part};
        _ -> {ok, Part}
    end.

%% All handlers are one process: each tells as itself.
play(#{id := Id} = Part) -> oracle_stage:play(atom_to_list(Id), maps:get(log, Part, undefined)).
