%% The applications of a scenario.
-module(oracle_application).
-behaviour(application).
-export([load/1, forget/1, start/2, prep_stop/1, stop/1]).

load(#{name := Name, dependsOn := DependsOn} = Part) ->
    Keys = [{description, "oracle"}, {vsn, "1"}, {applications, DependsOn}, {mod, {?MODULE, Part}}],
    ok = application:load({application, Name, Keys}).

forget(#{name := Name}) ->
    _ = application:stop(Name),
    _ = application:unload(Name).

start(_Type, #{name := Name, tree := Tree} = Part) ->
    case supervisor:start_link(oracle_actor, {Name, Tree}) of
        {ok, Pid} -> {ok, Pid, Part};
        Other -> Other
    end.

prep_stop(Part) -> tell(Part, "before stop").
stop(Part) -> tell(Part, "after stop").

tell(#{name := Name} = Part, Line) ->
    %% What is told while the stage is cleared has no log any more.
    _ = catch oracle_stage:note("tree", [atom_to_list(Name), ": ", Line]),
    Part.
