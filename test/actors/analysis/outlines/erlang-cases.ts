// What each rule of Erlang must find and what it must leave alone.

export const erlangCases: readonly (readonly [
  id: string,
  invalid: readonly string[],
  valid: readonly string[],
])[] = [
  [
    "erlang/shell-injection",
    [
      'f(N) -> os:cmd("rm " ++ N).',
      'f(N) -> os:cmd(io_lib:format("ls ~s", [N])).',
      'f(N) -> X = os:cmd("a " ++ N ++ " b"), X.',
      'f(N) -> C = "rm " ++ N, os:cmd(C).',
      'f(N) -> C = "convert " ++ N, P = open_port({spawn, C}, [exit_status]), P.',
      'f(N) -> erlang:open_port({spawn, "ls " ++ N}, []).',
    ],
    [
      'f() -> os:cmd("ls").',
      "f(C) -> os:cmd(C).",
      'f() -> % os:cmd("rm " ++ N)\n ok.',
      'f() -> "os:cmd(\\"rm \\" ++ N)".',
      'f() -> os:cmd("a" ++ "b").',
      'f(N) -> D = "rm " ++ N, C = "ls", os:cmd(C), D.',
      'f(N) -> C = "ls", os:cmd(C), g("a" ++ N).',
      'f(N) -> open_port({spawn_executable, "/bin/rm"}, [{args, ["a" ++ N]}]).',
    ],
  ],
  [
    "erlang/port-of-shell",
    [
      "f(C) -> open_port({spawn, C}, []).",
      "f(C) -> erlang:open_port({spawn, C}, [stream]).",
      "f() -> P = open_port({spawn, ?CMD}, []), C = get(c), open_port({spawn, C}, [P]).",
    ],
    [
      'f() -> open_port({spawn, "ls"}, []).',
      "f(C) -> open_port({spawn_executable, C}, []).",
      "f(C) -> open_port({spawn_driver, C}, []).",
      "f() -> % open_port({spawn, C}, [])\n ok.",
      'f() -> "open_port({spawn, C}, [])".',
      "f(C) -> other:open_port({spawn, C}, []).",
    ],
  ],
  [
    "erlang/sql-injection",
    [
      `f(N) -> q("SELECT a FROM t WHERE n = '" ++ N ++ "'").`,
      'f(I) -> q("DELETE FROM t WHERE id=" ++ integer_to_list(I)).',
      'f(V) -> "INSERT INTO t VALUES (" ++ V.',
    ],
    [
      'f(N) -> q("SELECT a FROM t WHERE n = $1", [N]).',
      'f(T) -> "SELECT a FROM " ++ T.',
      'f(N) -> "select one from the list: " ++ N.',
      'f() -> % "DELETE FROM t WHERE id=" ++ I\n ok.',
    ],
  ],
  [
    "erlang/unsafe-binary-to-term",
    [
      "f(B) -> binary_to_term(B).",
      "f(B) -> erlang:binary_to_term(B, [used]).",
      "f(B) -> {ok, binary_to_term(B, [])}.",
    ],
    [
      "f(B) -> binary_to_term(B, [safe]).",
      "f(B, O) -> binary_to_term(B, O).",
      "f() -> % binary_to_term(B)\n ok.",
      'f() -> "binary_to_term(B)".',
      "binary_to_term(B) -> B.",
      "f(L, O) -> binary_to_term(L, [O]).",
    ],
  ],
  [
    "erlang/atom-from-input",
    ["f(L) -> list_to_atom(L).", "f(B) -> binary_to_atom(B, utf8).", "f(B) -> erlang:binary_to_atom(B)."],
    [
      "f(L) -> list_to_existing_atom(L).",
      'f() -> list_to_atom("a").',
      "f() -> % list_to_atom(L)\n ok.",
      'f(N) -> list_to_atom("worker_" ++ integer_to_list(N)).',
      "f(L) -> m:list_to_atom(L).",
    ],
  ],
  [
    "erlang/weak-hash",
    ["f(D) -> crypto:hash(md5, D).", "f(D) -> crypto:hash(sha, D).", "f() -> crypto:hash_init(md4)."],
    [
      "f(D) -> crypto:hash(sha256, D).",
      "f(D, A) -> crypto:hash(A, D).",
      "f() -> % crypto:hash(md5, D)\n ok.",
      'f() -> "crypto:hash(md5, D)".',
    ],
  ],
  [
    "erlang/weak-hash-md5",
    ["f(D) -> erlang:md5(D).", "f() -> erlang:md5_init().", "f(D) -> base64:encode(erlang:md5(D))."],
    [
      "f(D) -> erlang:phash2(D).",
      "f(D) -> md5(D).",
      "f() -> % erlang:md5(D)\n ok.",
      'f() -> "erlang:md5(D)".',
    ],
  ],
  [
    "erlang/weak-cipher",
    [
      "f(K, D) -> crypto:crypto_one_time(des_cbc, K, D, true).",
      "f(K, D) -> crypto:crypto_one_time(aes_128_ecb, K, D, true).",
      "f(K) -> crypto:stream_init(rc4, K).",
    ],
    [
      "f(K, D) -> crypto:crypto_one_time(aes_256_ctr, K, D, true).",
      "f() -> {cipher, rc4}.",
      "f() -> % crypto:stream_init(rc4, K)\n ok.",
      "f(C, K, D) -> crypto:crypto_one_time(C, K, D, true).",
    ],
  ],
  [
    "erlang/tls-verification-off",
    [
      "f() -> ssl:connect(H, 443, [{verify, verify_none}]).",
      "f() -> [{ssl, [{verify, verify_none}, x]}].",
      "-define(OPTIONS, [{verify, verify_none}]).",
    ],
    [
      "f() -> [{verify, verify_peer}].",
      "f({verify, verify_none}) -> weak.",
      "f() -> % {verify, verify_none}\n ok.",
      'f() -> "{verify, verify_none}".',
      "f(X) -> case X of {verify, verify_none} -> a end.",
    ],
  ],
  [
    "erlang/hard-coded-secret",
    [
      'f() -> [{password, "hunter2hunter2"}].',
      'f() -> Secret = "s3cr3cy_0f_it", Secret.',
      '-define(API_KEY, "k3j4h5k3j4h5").',
      'f() -> #{api_key => <<"k3j4h5k3j4h5">>}.',
    ],
    [
      'f() -> [{password, os:getenv("PASSWORD")}].',
      'f() -> [{password, ""}].',
      'f() -> [{password, "changeme123"}].',
      'f() -> % {password, "hunter2hunter2"}\n ok.',
      'f() -> [{password_file, "file12345"}].',
    ],
  ],
  [
    "erlang/cookie-in-source",
    [
      "f() -> erlang:set_cookie(node(), monster).",
      "f() -> erlang:set_cookie('abc').",
      "f(N) -> erlang:set_cookie(N, secret), ok.",
    ],
    [
      "f(C) -> erlang:set_cookie(node(), C).",
      "f() -> erlang:get_cookie().",
      "f() -> % erlang:set_cookie(node(), monster)\n ok.",
      'f() -> "erlang:set_cookie(a)".',
    ],
  ],
  [
    "erlang/predictable-secret",
    [
      "f() -> Token = rand:uniform(1000), Token.",
      "f() -> Salt = [rand:uniform(255) || _ <- L], Salt.",
      "f() -> SessionId = integer_to_list(random:uniform(9)), SessionId.",
    ],
    [
      "f() -> Token = crypto:strong_rand_bytes(16), Token.",
      "f() -> Delay = rand:uniform(10), Delay.",
      "f() -> Token = a, X = rand:uniform(9), {Token, X}.",
      "f() -> % Token = rand:uniform(9)\n ok.",
    ],
  ],
  [
    "erlang/evaluation",
    ["f(E) -> erl_eval:exprs(E, []).", 'f() -> file:eval("a").', "f(F) -> file:script(F)."],
    [
      "f(F) -> file:consult(F).",
      "f() -> file:read_file(F).",
      "f() -> % erl_eval:exprs(E, [])\n ok.",
      'f() -> "file:eval(a)".',
    ],
  ],
  [
    "erlang/old-catch",
    ["f(X) -> catch g(X).", "f(X) -> Y = (catch g(X)), Y.", "f(X) -> case catch g(X) of ok -> ok end."],
    [
      "f(X) -> try g(X) catch error:_ -> a end.",
      "f() -> % catch g(X)\n ok.",
      'f() -> "catch g(X)".',
      "f() -> throw(a).",
      "f() -> 'catch'.",
    ],
  ],
  [
    "erlang/swallowed-error",
    [
      "f() -> try g() catch _:_ -> ok end.",
      "f() -> try g() catch _:_Reason -> undefined end.",
      "f() -> try g() catch a:b -> c; _:_ -> false after h() end.",
      "f() -> try g() catch _:_ -> #{} end.",
      "f() -> try g() catch _:_ -> [] end.",
    ],
    [
      "f() -> try g() catch _:E -> log(E) end.",
      "f() -> try g() catch error:badarg -> ok end.",
      "f() -> try g() catch _:_ -> ok, log() end.",
      "f() -> try g() catch _:_ -> [failed] end.",
      "f() -> try g() catch _:_ -> #{ok => false} end.",
      "f() -> try g() catch _:_ -> {error, unreadable} end.",
      "f() -> % _:_ -> ok end\n ok.",
      'f() -> try g() catch _:_ -> log("a") end.',
    ],
  ],
  [
    "erlang/debug-output",
    [
      'f(X) -> io:format("DEBUG ~p~n", [X]).',
      "f(X) -> erlang:display(X).",
      'f(X) -> io:format("here ~p", [X]), X.',
    ],
    [
      'f(X) -> io:format("~s~n", [X]).',
      'main(X) -> io:format("debug ~p", [X]).',
      'f() -> % io:format("DEBUG")\n ok.',
      'f(X) -> ?LOG_DEBUG("here ~p", [X]).',
      'f() -> io_lib:format("debug", []).',
    ],
  ],
  [
    "erlang/append-in-recursion",
    [
      "f([H | T], A) -> f(T, A ++ [H]).",
      "f(N, Acc) -> case N of 0 -> Acc; _ -> f(N - 1, Acc ++ [N]) end.",
      "f(A, [_ | T]) -> f(A ++ [1], T).",
    ],
    [
      "f([H | T], A) -> f(T, [H | A]).",
      "f(A) -> A ++ [1].",
      "f(T, A) -> g(T, A ++ [1]).",
      "f() -> % f(T, A ++ [H])\n ok.",
      'f(T, A) -> f(T, "A ++ [H]").',
      "f(T, A) -> m:f(T, A ++ [1]).",
    ],
  ],
  [
    "erlang/length-for-emptiness",
    [
      "f(L) when length(L) == 0 -> a.",
      "f(L) -> length(L) > 0.",
      "f(L) -> if length(L) =:= 0 -> a; true -> b end.",
    ],
    [
      "f([]) -> a.",
      "f(L) -> length(L) > 1.",
      "f(L) -> length(L) == N.",
      "f() -> % length(L) == 0\n ok.",
      'f() -> "length(L) == 0".',
    ],
  ],
  [
    "erlang/process-dictionary",
    ["f() -> put(key, 1).", "f(K, V) -> put(K, V), ok.", "f() -> erlang:put(a, b)."],
    [
      "f(M) -> maps:put(a, b, M).",
      "put(A, B) -> {A, B}.\nf() -> put(1, 2).",
      "f() -> % put(a, b)\n ok.",
      "f() -> put(a).",
      'f() -> "put(a, b)".',
    ],
  ],
  [
    "erlang/export-all",
    [
      "-compile(export_all).",
      "-compile([export_all, nowarn_export_all]).",
      "-module(a).\n-compile([debug_info, export_all]).\nf() -> a.",
    ],
    [
      "-export([f/1]).",
      "-compile([debug_info]).",
      "% -compile(export_all).\n",
      'f() -> "-compile(export_all)".',
      "f() -> export_all.",
    ],
  ],
  [
    "erlang/sleep-in-callback",
    [
      "-behaviour(gen_server).\nhandle_call(_, _, S) -> timer:sleep(9), {reply, ok, S}.",
      "-behavior(gen_statem).\nhandle_event(a, b, c, d) -> timer:sleep(1).",
      "-behaviour(gen_server).\nhandle_info(X, S) -> case X of a -> timer:sleep(9) end, {noreply, S}.",
    ],
    [
      "handle_call(_, _, S) -> timer:sleep(9), {reply, ok, S}.",
      "-behaviour(gen_server).\nf() -> timer:sleep(9).",
      "-behaviour(gen_server).\nhandle_cast(a, S) -> % timer:sleep(9)\n {noreply, S}.",
      "-behaviour(gen_server).\nhandle_cast(a, S) -> spawn_link(fun() -> timer:sleep(9) end), {noreply, S}.",
    ],
  ],
  [
    "erlang/receive-in-callback",
    [
      "-behaviour(gen_server).\nhandle_call(_, _, S) -> receive a -> b end, {reply, ok, S}.",
      "-behaviour(gen_server).\nhandle_cast(_, S) -> receive {a, X} -> X end, {noreply, S}.",
      "-behavior(gen_event).\nhandle_event(_, S) -> receive a -> receive b -> c after 1 -> d end end, S.",
    ],
    [
      "-behaviour(gen_server).\nhandle_call(_, _, S) -> receive a -> b after 100 -> c end, {reply, ok, S}.",
      "loop() -> receive a -> loop() end.",
      "-behaviour(gen_server).\nhandle_cast(_, S) -> % receive a -> b end\n {noreply, S}.",
      "-behaviour(gen_server).\nf() -> receive a -> b end.",
    ],
  ],
  [
    "erlang/unlinked-spawn",
    [
      "f() -> spawn(fun() -> g() end), ok.",
      "f() -> a(), spawn(m, g, []), b().",
      "f(X) -> case X of 1 -> spawn(fun g/0), ok; _ -> b end.",
    ],
    [
      "f() -> Pid = spawn(fun() -> g() end), Pid.",
      "f() -> spawn_link(fun() -> g() end), ok.",
      "f() -> % spawn(fun() -> g() end), ok\n ok.",
      "f() -> {ok, spawn(fun g/0)}.",
      "f() -> spawn(fun g/0).",
    ],
  ],
  [
    "erlang/halt-in-library",
    ["f() -> erlang:halt(1).", "f() -> init:stop().", "f(X) -> case X of a -> erlang:halt() end."],
    [
      "main(_) -> erlang:halt(1).",
      "#!/usr/bin/env escript\nf() -> erlang:halt(1).",
      "f() -> % erlang:halt(1)\n ok.",
      "f() -> gen_server:stop(a).",
      'f() -> "erlang:halt(1)".',
    ],
  ],
  [
    "erlang/deprecated-api",
    ["f() -> random:uniform(9).", "f() -> erlang:now().", "f() -> random:seed(1, 2, 3)."],
    [
      "f() -> rand:uniform(9).",
      "f() -> calendar:now().",
      "f() -> % erlang:now()\n ok.",
      'f() -> "erlang:now()".',
      "f() -> erlang:monotonic_time().",
    ],
  ],
];
