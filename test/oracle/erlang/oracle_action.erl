%% What an actor is told to do, done by the process that it is. Some of it is worth a line in its log.
-module(oracle_action).
-export([perform/1]).

perform(Actions) -> lists:foreach(fun perform_one/1, Actions).

perform_one(#{do := Word} = Action) ->
    case do(Word, Action) of
        {line, Line} -> oracle_stage:tell(Line);
        _ -> ok
    end.

do(log, #{text := Text}) -> {line, atom_to_list(Text)};
do(sleep, #{ms := Ms}) -> timer:sleep(Ms);
do(trap, #{flag := Flag}) -> {line, ["trap: ", atom_to_list(process_flag(trap_exit, Flag))]};
do(start, #{as := As, actor := Actor} = Action) ->
    Line = ["start ", atom_to_list(As), ": ", started(oracle_actor:start(As, Actor, Action))],
    case Action of
        #{untold := true} -> ok;
        _ -> {line, Line}
    end;
do('end', #{reason := Reason}) -> exit(data(Reason));
do(crash, #{reason := Reason}) -> error(data(Reason));
do(throw, #{reason := Reason}) -> throw(data(Reason));
do(alive, #{'of' := Of}) -> {line, ["alive ", atom_to_list(Of), ": ", atom_to_list(is_process_alive(pid(Of)))]};

do(send, #{to := To, message := Message}) ->
    only_failure(["send ", atom_to_list(To)], fun() -> address(To) ! {message, Message} end);
do(cast, #{to := To, message := Message}) -> gen_server:cast(address(To), Message);
do(call, #{to := To, message := Message} = Action) ->
    Timeout = maps:get(timeoutMs, Action, 5000),
    attempt(["call ", atom_to_list(To), " ", atom_to_list(Message)],
            fun() -> text(gen_server:call(address(To), Message, Timeout)) end);
do(request, #{to := To, message := Message, as := As}) ->
    oracle_stage:keep(As, gen_server:send_request(address(To), Message));
do(await, #{as := As, timeoutMs := Ms, keeps := Keeps}) ->
    Request = oracle_stage:kept(As),
    Answer = case Keeps of
                 true -> gen_server:wait_response(Request, Ms);
                 false -> gen_server:receive_response(Request, Ms)
             end,
    {line, ["await ", atom_to_list(As), ": ", case Answer of
                                                  {reply, Value} -> text(Value);
                                                  timeout -> "exit timeout";
                                                  {error, {Reason, _}} -> ["exit ", text(Reason)]
                                              end]};
do(reply, #{to := To, value := Value}) -> gen_server:reply(oracle_stage:kept(To), data(Value));
do('receive', #{message := Message, timeoutMs := Ms}) ->
    receive
        {message, Message} -> {line, ["received ", atom_to_list(Message)]}
    after Ms -> {line, "received nothing"}
    end;
do(alias, #{as := As, reply := true}) -> oracle_stage:keep(As, alias([reply]));
do(alias, #{as := As}) -> oracle_stage:keep(As, alias());
do(unalias, #{as := As}) -> {line, ["unalias ", atom_to_list(As), ": ", atom_to_list(unalias(oracle_stage:kept(As)))]};
do(send_after, #{to := To, message := Message, ms := Ms, as := As}) ->
    oracle_stage:keep(As, erlang:send_after(Ms, address(To), {message, Message}));
do(start_timer, #{to := To, message := Message, ms := Ms, as := As}) ->
    oracle_stage:keep(As, erlang:start_timer(Ms, address(To), Message));
do(cancel_timer, #{as := As}) ->
    Was = erlang:cancel_timer(oracle_stage:kept(As)),
    {line, ["cancel ", atom_to_list(As), ": ", atom_to_list(Was =/= false)]};

do(link, #{to := To}) -> only_failure(["link ", atom_to_list(To)], fun() -> link(pid(To)) end);
do(unlink, #{to := To}) -> unlink(pid(To));
do(monitor, #{'of' := Of, as := As} = Action) ->
    Options = [option(Key, Value) || {Key, Value} <- maps:to_list(maps:get(options, Action, #{}))],
    oracle_stage:keep(As, erlang:monitor(process, address(Of), Options));
do(demonitor, #{as := As, flush := Flush}) ->
    Was = demonitor(oracle_stage:kept(As), [info | [flush || Flush]]),
    {line, ["demonitor ", atom_to_list(As), ": ", atom_to_list(Was)]};
do(exit, #{'of' := Of, reason := Reason}) -> exit(pid(Of), data(Reason));
do(register, #{name := Name, 'of' := Of}) ->
    ok_or_error(["register ", atom_to_list(Name), " ", atom_to_list(Of)], fun() -> register(Name, pid(Of)) end);
do(unregister, #{name := Name}) ->
    ok_or_error(["unregister ", atom_to_list(Name)], fun() -> unregister(Name) end);
do(whereis, #{name := Name}) -> {line, ["whereis ", atom_to_list(Name), ": ", text(whereis(Name))]};
do(stop, #{'of' := Of, reason := Reason, timeoutMs := Ms}) ->
    attempt(["stop ", atom_to_list(Of)], fun() -> text(gen_server:stop(address(Of), data(Reason), Ms)) end);

do(start_child, #{'of' := Of, child := #{id := Id} = Child}) ->
    ask(start_child, Of, Id, oracle_actor:child_spec(Child));
do(start_simple_child, #{'of' := Of, name := Name}) -> ask(start_child, Of, Name, [Name]);
do(terminate_pid, #{'of' := Of, pid := Pid}) -> ask(terminate_child, Of, Pid, pid(Pid));
do(get_childspec, #{'of' := Of, id := Id}) ->
    attempt(["get_childspec ", atom_to_list(Of), " ", atom_to_list(Id)],
            fun() -> described(supervisor:get_childspec(pid(Of), Id)) end);
do(which_children, #{'of' := Of, sorted := Sorted}) ->
    attempt(["which_children ", atom_to_list(Of)],
            fun() -> listed(supervisor:which_children(pid(Of)), Sorted) end);
do(count_children, #{'of' := Of}) ->
    attempt(["count_children ", atom_to_list(Of)],
            fun() ->
                    Count = supervisor:count_children(pid(Of)),
                    Words = [[atom_to_list(Key), " ", integer_to_list(proplists:get_value(Key, Count))]
                             || Key <- [specs, active, supervisors, workers]],
                    lists:join(", ", Words)
            end);
do(notify, #{to := To, message := Message}) -> gen_event:notify(address(To), Message);
do(sync_notify, #{to := To, message := Message}) ->
    attempt(["sync_notify ", atom_to_list(To), " ", atom_to_list(Message)],
            fun() -> text(gen_event:sync_notify(address(To), Message)) end);
do(add_handler, #{to := To, handler := #{id := Id} = Handler, supervised := Supervised}) ->
    Add = case Supervised of true -> add_sup_handler; false -> add_handler end,
    attempt(["add_handler ", atom_to_list(To), " ", atom_to_list(Id)],
            fun() -> added(gen_event:Add(address(To), {oracle_handler, Id}, Handler)) end);
do(delete_handler, #{to := To, id := Id, given := Given}) ->
    attempt(["delete_handler ", atom_to_list(To), " ", atom_to_list(Id)],
            fun() -> handled(gen_event:delete_handler(address(To), {oracle_handler, Id}, data(Given))) end);
do(swap_handler, #{to := To, id := Id, given := Given, handler := #{id := New} = Handler}) ->
    attempt(["swap_handler ", atom_to_list(To), " ", atom_to_list(Id), " ", atom_to_list(New)],
            fun() -> added(gen_event:swap_handler(address(To), {{oracle_handler, Id}, data(Given)},
                                                    {{oracle_handler, New}, Handler})) end);
do(call_handler, #{to := To, id := Id, message := Message}) ->
    attempt(["call_handler ", atom_to_list(To), " ", atom_to_list(Id), " ", atom_to_list(Message)],
            fun() -> handled(gen_event:call(address(To), {oracle_handler, Id}, Message)) end);
do(which_handlers, #{to := To}) ->
    attempt(["which_handlers ", atom_to_list(To)],
            fun() -> lists:join(" ", [atom_to_list(Id) || {_, Id} <- gen_event:which_handlers(address(To))]) end);
do(join, #{scope := Scope, group := Group, who := Who}) ->
    ok_or_error(["join ", atom_to_list(Scope), " ", atom_to_list(Group)],
                fun() -> ok = pg:join(Scope, Group, [pid(One) || One <- Who]) end);
do(leave, #{scope := Scope, group := Group, who := Who}) ->
    {line, ["leave ", atom_to_list(Scope), " ", atom_to_list(Group), ": ",
            text(pg:leave(Scope, Group, [pid(One) || One <- Who]))]};
do(members, #{scope := Scope, group := Group}) ->
    {line, ["members ", atom_to_list(Scope), " ", atom_to_list(Group), ": ",
            oracle_stage:names(pg:get_members(Scope, Group))]};
do(groups, #{scope := Scope}) ->
    Groups = lists:sort([atom_to_list(Group) || Group <- pg:which_groups(Scope)]),
    {line, ["groups ", atom_to_list(Scope), ": ", lists:join(" ", Groups)]};
do(monitor_group, #{scope := Scope, group := Group, as := As}) ->
    {Ref, Members} = pg:monitor(Scope, Group),
    oracle_stage:keep(As, Ref),
    {line, ["monitor_group ", atom_to_list(Scope), " ", atom_to_list(Group), ": ", oracle_stage:names(Members)]};
do(demonitor_group, #{scope := Scope, as := As}) ->
    Was = pg:demonitor(Scope, oracle_stage:kept(As)) =:= ok,
    {line, ["demonitor_group ", atom_to_list(As), ": ", atom_to_list(Was)]};
do(start_application, #{name := Name, type := Type}) ->
    attempt(["start_application ", atom_to_list(Name)], fun() -> begun(application:start(Name, Type)) end);
do(start_all, #{name := Name}) ->
    attempt(["start_all ", atom_to_list(Name)], fun() -> begun(application:ensure_all_started(Name)) end);
do(stop_application, #{name := Name}) ->
    attempt(["stop_application ", atom_to_list(Name)], fun() -> begun(application:stop(Name)) end);
do(unload, #{name := Name}) ->
    attempt(["unload ", atom_to_list(Name)], fun() -> begun(application:unload(Name)) end);
do(running_applications, _) ->
    Running = [Name || {Name, "oracle", _} <- application:which_applications()],
    {line, ["running: ", lists:join(" ", lists:sort([atom_to_list(Name) || Name <- Running]))]};
do(Word, #{'of' := Of, id := Id}) when Word =:= terminate_child; Word =:= restart_child; Word =:= delete_child ->
    ask(Word, Of, Id, Id).

option(alias, explicit) -> {alias, explicit_unalias};
option(alias, Value) -> {alias, Value};
option(tag, Value) -> {tag, Value}.

ask(Word, Of, Who, Argument) ->
    attempt([atom_to_list(Word), " ", atom_to_list(Of), " ", atom_to_list(Who)],
            fun() -> answered(supervisor:Word(pid(Of), Argument)) end).

answered(ok) -> "ok";
answered({ok, Pid}) -> ["ok ", text(Pid)];
answered({error, {already_started, Pid}}) -> ["error already_started ", text(Pid)];
answered({error, {Reason, {child, _, Id, _, _, _, _, _, _}}}) -> ["error ", text(Reason), " of child ", text(Id)];
answered({error, Reason}) -> ["error ", text(Reason)].

%% Whatever is not ok is why the handler did not begin; after a swap it comes in one tuple more.
added(ok) -> "ok";
added({error, {error, Reason}}) -> ["error ", text(Reason)];
added({error, Reason}) -> ["error ", text(Reason)];
added(Other) -> ["error ", text(Other)].

handled({error, Reason}) -> ["error ", text(Reason)];
handled({'EXIT', Reason}) -> ["error ", text({'EXIT', Reason})];
handled(Value) -> text(Value).

listed(Children, Sorted) ->
    Lines = [lists:flatten([text(Id), " ", text(Type), " ", text(Pid)]) || {Id, Pid, Type, _} <- Children],
    lists:join(", ", case Sorted of true -> lists:sort(Lines); false -> Lines end).

described({ok, #{id := Id, restart := Restart, shutdown := Shutdown, type := Type, significant := Significant}}) ->
    lists:join(" ", [text(Item) || Item <- [Id, Restart, Shutdown, Type, Significant]]);
described({error, Reason}) -> ["error ", text(Reason)].

started(ok) -> "ok";
started(ignore) -> "ignore";
started({error, {already_started, Pid}}) -> ["error already_started ", text(Pid)];
started({error, Reason}) -> ["error ", text(Reason)].

begun(ok) -> "ok";
begun({ok, Names}) -> ["ok ", text(Names)];
begun({error, {not_started, Name}}) -> ["error not_started ", text(Name)];
begun({error, {already_started, Name}}) -> ["error already_started ", text(Name)];
begun({error, {running, _}}) -> "error running";
begun({error, {Reason, {oracle_application, start, _}}}) -> ["error ", text(Reason)];
begun({error, {_Name, Reason}}) -> begun({error, Reason});
begun({error, Reason}) -> ["error ", text(Reason)].

%% What came of it, or how it failed: the reason without the call that it is about.
attempt(What, Run) ->
    {line, [What, ": ", try Run() catch exit:{Reason, {_, _, _}} -> ["exit ", text(Reason)];
                              exit:Reason -> ["exit ", text(Reason)] end]}.

only_failure(What, Run) ->
    try Run(), ok catch error:_ -> {line, [What, ": error"]} end.

ok_or_error(What, Run) ->
    try Run(), {line, [What, ": ok"]} catch _:_ -> {line, [What, ": error"]} end.

address(Target) ->
    case atom_to_list(Target) of
        "@" ++ Name -> list_to_atom(Name);
        "#" ++ As -> oracle_stage:kept(list_to_atom(As));
        _ -> pid(Target)
    end.

pid(Target) -> oracle_stage:pid(Target).
data(Value) -> oracle_stage:data(Value).
text(Value) -> oracle_stage:text(Value).
