%% A state machine of a scenario, as gen_statem has them.
-module(oracle_machine).
-behaviour(gen_statem).
-export([callback_mode/0, init/1, handle_event/4]).

callback_mode() -> [handle_event_function, state_enter].

init({As, #{initial := Initial} = Part}) ->
    process_flag(trap_exit, maps:get(trap, Part, false)),
    oracle_stage:enter(As, maps:get(log, Part, undefined)),
    {ok, Initial, Part}.

handle_event(enter, Before, Name, Part) ->
    oracle_stage:tell(["enter ", atom_to_list(Name), " from ", atom_to_list(Before)]),
    result(maps:get(entry, state(Name, Part), #{}), none, Name, Part);
handle_event({call, From}, Event, Name, Part) -> event(Event, From, Name, Part);
handle_event(info, {message, Event}, Name, Part) -> event(Event, none, Name, Part);
handle_event(info, _, _, _) -> keep_state_and_data;
%% Casts, raised events and timeouts.
handle_event(_, Event, Name, Part) -> event(Event, none, Name, Part).

event(Event, From, Name, Part) ->
    case state(Name, Part) of
        #{on := #{Event := Reaction}} ->
            oracle_stage:tell([atom_to_list(Event), " in ", atom_to_list(Name)]),
            result(Reaction, From, Name, Part);
        _ -> keep_state_and_data
    end.

state(Name, #{states := States}) -> maps:get(Name, States).

result(Reaction, From, Name, Part) ->
    case Reaction of
        #{hold := As} -> oracle_stage:keep(As, From);
        _ -> ok
    end,
    oracle_action:perform(maps:get(do, Reaction, [])),
    Actions = lists:append([actions(Key, Value, From) || {Key, Value} <- maps:to_list(Reaction)]),
    Replies = [Action || {reply, _, _} = Action <- Actions],
    case Reaction of
        #{stops := Reason} -> {stop_and_reply, Reason, Replies, Part};
        #{to := To} when To =/= Name -> {next_state, To, Part, Actions};
        #{repeats := true} -> {repeat_state, Part, Actions};
        _ -> {keep_state, Part, Actions}
    end.

actions(postpones, true, _) -> [postpone];
actions(raises, Events, _) -> [{next_event, internal, Event} || Event <- Events];
actions(starts, Timeouts, _) -> [{kind(Key), Ms, Event} || #{key := Key, ms := Ms, event := Event} <- Timeouts];
actions(cancels, Keys, _) -> [{kind(Key), cancel} || Key <- Keys];
actions(reply, Value, From) -> [{reply, From, oracle_stage:data(Value)}];
actions(replies, Pairs, _) -> [{reply, oracle_stage:kept(As), Value} || [As, Value] <- Pairs];
actions(_, _, _) -> [].

kind(event) -> timeout;
kind(state) -> state_timeout;
kind(Name) -> {timeout, Name}.
