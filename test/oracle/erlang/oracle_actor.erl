%% The actors of a scenario as processes of Erlang: a bare process, a server or a supervisor that follows its part.
-module(oracle_actor).
-behaviour(gen_server).
-export([start_alone/2, start/3, child_spec/1, start_child/2, faulty_start/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, handle_continue/2, terminate/2]).

%% A server's state: its part, and how many messages it has dealt with.
-record(state, {part, count = 0}).

%% Starts an actor that nobody is linked to.
start_alone(As, #{kind := plain} = Part) ->
    _ = start_plain(As, Part, []),
    ok;
start_alone(As, #{kind := server} = Part) ->
    _ = gen_server:start(?MODULE, {As, Part}, []),
    ok;
start_alone(As, #{kind := manager}) ->
    {ok, Pid} = gen_event:start(),
    oracle_stage:call_it(Pid, As),
    ok;
start_alone(As, #{kind := scope}) ->
    {ok, Pid} = pg:start(As),
    oracle_stage:call_it(Pid, As),
    ok;
start_alone(As, #{kind := machine} = Part) ->
    _ = gen_statem:start(oracle_machine, {As, Part}, []),
    ok.

%% Starts an actor for the one that calls, as the action says. Gives ok, ignore or {error, Reason}.
start(As, #{kind := plain} = Part, Action) ->
    Linked = [link || maps:get(linked, Action)],
    Watched = [monitor || is_map_key(monitor, Action)],
    case {Watched, start_plain(As, Part, Linked ++ Watched)} of
        {[], _} -> ok;
        {_, {_, Ref}} -> oracle_stage:keep(maps:get(monitor, Action), Ref), ok
    end;
start(As, #{kind := server} = Part, Action) ->
    Options = [{timeout, Ms} || {ok, Ms} <- [maps:find(timeoutMs, Action)]],
    Name = [{local, Name} || {ok, Name} <- [maps:find(name, Action)]],
    Function = case Action of
                   #{monitor := _} -> start_monitor;
                   #{linked := true} -> start_link;
                   _ -> start
               end,
    case apply(gen_server, Function, Name ++ [?MODULE, {As, Part}, Options]) of
        {ok, {_, Ref}} -> oracle_stage:keep(maps:get(monitor, Action), Ref), ok;
        Other -> started(Other)
    end;
start(As, #{kind := manager}, _) ->
    {ok, Pid} = gen_event:start_link(),
    oracle_stage:call_it(Pid, As),
    ok;
start(As, #{kind := scope}, _) ->
    {ok, Pid} = pg:start_link(As),
    oracle_stage:call_it(Pid, As),
    ok;
start(As, #{kind := machine} = Part, #{linked := true}) ->
    started(gen_statem:start_link(oracle_machine, {As, Part}, []));
start(As, #{kind := machine} = Part, _) ->
    started(gen_statem:start(oracle_machine, {As, Part}, []));
start(As, #{kind := supervisor} = Part, Action) ->
    Name = [{local, Name} || {ok, Name} <- [maps:find(name, Action)]],
    started(apply(supervisor, start_link, Name ++ [?MODULE, {As, Part}])).

started({ok, _}) -> ok;
started(Other) -> Other.

child_spec(#{id := Id, actor := Actor} = Child) ->
    Start = case Actor of
                #{kind := faulty, start := How} -> {?MODULE, faulty_start, [How]};
                _ -> {?MODULE, start_child, [Actor, Id]}
            end,
    Type = case Actor of
               #{kind := supervisor} -> #{type => supervisor};
               _ -> #{}
           end,
    maps:merge(Type#{id => Id, start => Start}, maps:with([restart, shutdown, significant], Child)).

%% A template is started without a name: each child is given its own.
given(simple_one_for_one, #{start := {M, F, [Actor, _Id]}} = Spec) -> Spec#{start := {M, F, [Actor]}};
given(_, Spec) -> Spec.

start_child(#{kind := plain} = Part, As) ->
    {ok, start_plain(As, Part, [link])};
start_child(#{kind := server} = Part, As) ->
    gen_server:start_link(?MODULE, {As, Part}, []);
start_child(#{kind := machine} = Part, As) ->
    gen_statem:start_link(oracle_machine, {As, Part}, []);
start_child(#{kind := supervisor} = Part, As) ->
    supervisor:start_link(?MODULE, {As, Part}).

faulty_start(crash) -> error(boom);
faulty_start(throw) -> throw(ball);
faulty_start('end') -> exit(gone);
faulty_start(garbage) -> rubbish.

start_plain(As, Part, Options) ->
    Starter = self(),
    Ready = make_ref(),
    Spawned = spawn_opt(fun() -> plain(As, Part, Starter, Ready) end, Options),
    receive Ready -> Spawned end.

plain(As, Part, Starter, Ready) ->
    process_flag(trap_exit, maps:get(trap, Part, false)),
    oracle_stage:enter(As, maps:get(log, Part, undefined)),
    Starter ! Ready,
    oracle_action:perform(maps:get(first, Part, [])),
    case Part of
        #{returns := true} -> ok;
        _ -> listen()
    end.

listen() ->
    receive
        {do, Actions} -> oracle_action:perform(Actions);
        Message -> oracle_stage:tell(heard(Message))
    end,
    listen().

heard({'EXIT', From, Reason}) -> ["EXIT ", oracle_stage:text(From), " ", oracle_stage:text(Reason)];
heard({Word, Ref, process, Object, Reason}) ->
    Who = case Object of
              {Name, _Node} -> ["@", atom_to_list(Name)];
              _ -> oracle_stage:text(Object)
          end,
    [atom_to_list(Word), " ", oracle_stage:name_of_ref(Ref), " ", Who, " ", oracle_stage:text(Reason)];
heard({timeout, Ref, Payload}) -> ["timer ", oracle_stage:name_of_ref(Ref), " ", oracle_stage:text(Payload)];
heard({gen_event_EXIT, {_, Id}, {swapped, {_, Next}, _}}) ->
    ["handler ", atom_to_list(Id), " ended {swapped,", atom_to_list(Next), "}"];
heard({gen_event_EXIT, {_, Id}, Reason}) -> ["handler ", atom_to_list(Id), " ended ", oracle_stage:text(Reason)];
heard({Ref, Change, Group, Pids}) when is_reference(Ref) ->
    ["group ", oracle_stage:name_of_ref(Ref), " ", atom_to_list(Change), " ", atom_to_list(Group), " ", oracle_stage:names(Pids)];
heard(timeout) -> "timeout";
heard({message, Message}) -> ["got ", atom_to_list(Message)];
heard(Other) -> ["got ", oracle_stage:text(Other)].

init({As, #{kind := supervisor} = Part}) ->
    oracle_stage:enter(As, maps:get(log, Part, undefined)),
    oracle_stage:tell("init"),
    case Part of
        #{ignores := true} -> ignore;
        #{strategy := Strategy, children := Children} ->
            Flags = maps:with([intensity, period], Part),
            Auto = case Part of
                       #{autoShutdown := AutoShutdown} -> #{auto_shutdown => AutoShutdown};
                       _ -> #{}
                   end,
            Specs = [child_spec(Child) || Child <- Children],
            {ok, {maps:merge(Flags#{strategy => Strategy}, Auto), [given(Strategy, Spec) || Spec <- Specs]}}
    end;
init({As, #{kind := server} = Part}) ->
    process_flag(trap_exit, maps:get(trap, Part, false)),
    Turn = oracle_stage:enter(As, maps:get(log, Part, undefined)),
    oracle_stage:tell("init"),
    Starts = maps:get(starts, Part, [#{gives => ok}]),
    Start = lists:nth(min(Turn, length(Starts)), Starts),
    oracle_action:perform(maps:get(do, Start, [])),
    State = #state{part = Part},
    case Start of
        #{gives := ok} -> {ok, State};
        #{gives := ignore} -> ignore;
        #{gives := #{ok := Next}} -> result([ok, State], Next);
        #{gives := #{refuse := Reason}} -> {stop, oracle_stage:data(Reason)};
        #{gives := #{garbage := Value}} -> oracle_stage:data(Value)
    end.

handle_call(Type, From, #state{part = Part} = State) ->
    #{Type := Reaction} = clauses(calls, Part, Type),
    oracle_stage:tell(["call ", atom_to_list(Type)]),
    react(Reaction, From, State).

handle_cast(Type, #state{part = Part} = State) ->
    #{Type := Reaction} = clauses(casts, Part, Type),
    oracle_stage:tell(["cast ", atom_to_list(Type)]),
    react(Reaction, undefined, State).

%% A message that the part does not know fails as a function does that has no clause for it.
clauses(Kind, Part, Type) ->
    Clauses = maps:get(Kind, Part, #{}),
    is_map_key(Type, Clauses) orelse error(function_clause),
    Clauses.

handle_info({do, Actions}, State) ->
    oracle_action:perform(Actions),
    {noreply, State};
handle_info(Message, #state{part = Part} = State) ->
    oracle_stage:tell(heard(Message)),
    Reaction = case Message of
                   timeout -> maps:get(timeout, Part, #{});
                   {message, Type} -> maps:get(Type, maps:get(infos, Part, #{}), #{});
                   _ -> #{}
               end,
    react(Reaction, undefined, State).

handle_continue(What, #state{part = Part} = State) ->
    oracle_stage:tell(["continue ", atom_to_list(What)]),
    react(maps:get(What, maps:get(continues, Part, #{}), #{}), undefined, State).

terminate(Reason, #state{part = Part, count = Count}) ->
    oracle_stage:tell(["terminate ", oracle_stage:text(Reason), " (", integer_to_list(Count), ")"]),
    oracle_action:perform(maps:get(terminate, Part, [])).

react(Reaction, From, State) ->
    oracle_action:perform(maps:get(do, Reaction, [])),
    New = State#state{count = State#state.count + 1},
    Next = maps:get(next, Reaction, #{}),
    case maps:get(gives, Reaction, noreply) of
        noreply -> result([noreply, New], Next);
        #{garbage := Value} -> oracle_stage:data(Value);
        #{hold := As} -> oracle_stage:keep(As, From), result([noreply, New], Next);
        #{stop := Reason, reply := Value} -> {stop, oracle_stage:data(Reason), oracle_stage:data(Value), New};
        #{stop := Reason} -> {stop, oracle_stage:data(Reason), New};
        #{reply := Value} -> result([reply, oracle_stage:data(Value), New], Next)
    end.

result(Result, #{timeoutMs := Ms}) -> list_to_tuple(Result ++ [Ms]);
result(Result, #{continue := What}) -> list_to_tuple(Result ++ [{continue, What}]);
result(Result, #{hibernate := true}) -> list_to_tuple(Result ++ [hibernate]);
result(Result, #{}) -> list_to_tuple(Result).
