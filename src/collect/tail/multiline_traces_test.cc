// Stack traces as runtimes and libraries write them, by preset: each is one record, and the lines around it
// are records of their own.
#include <gtest/gtest.h>

#include "collect/tail/multiline.h"
#include "collect/tail/record_joiner.h"

namespace headgate::collect {
namespace {

using Records = std::vector<std::string>;

Records joined(const MultilinePattern& pattern, std::string_view text) {
  RecordJoiner joiner({.pattern = &pattern});
  Records records;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const Record record{.message = text.substr(0, end)};
    for (const Record& given : joiner.take({&record, 1}, {})) records.emplace_back(given.message);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  for (const Record& given : joiner.take_last(Stream::Stdout, {}, {})) records.emplace_back(given.message);
  return records;
}

struct Trace {
  const char* preset;
  const char* text;
};

// What may stand before and after a trace.
constexpr const char* kLines[] = {
    R"(INFO:     127.0.0.1:51234 - "GET /health HTTP/1.1" 200 OK)",
    "2025-08-30 11:27:01,564 INFO  [main] c.e.App - Started App in 3.2 seconds",
    "2025-08-30T11:27:01.123Z info listening on 8080",
    R"({"level":"info","msg":"next request","status":200})",
    R"(10.0.0.1 - - [30/Aug/2025:11:27:01 +0000] "GET / HTTP/1.1" 200 2)",
    "GET /health 200",
    "the next line of the program, in plain words",
    "I0830 11:27:01.564974       1 main.go:5] next",
};

constexpr Trace kTraces[] = {
    {"java", R"t(Exception in thread "main" java.lang.IllegalStateException: A book has a null property
	at com.example.myproject.Author.getBookIds(Author.java:38)
	at com.example.myproject.Bootstrap.main(Bootstrap.java:14)
Caused by: java.lang.NullPointerException
	at com.example.myproject.Book.getId(Book.java:22)
	... 23 more)t"},
    {"java",
     R"t(org.springframework.dao.DataIntegrityViolationException: could not execute statement [ERROR: duplicate key value violates unique constraint "users_pkey"
  Detail: Key (id)=(7) already exists.] [insert into users (id) values (?)]; SQL [insert into users (id) values (?)]
	at org.springframework.orm.jpa.vendor.HibernateJpaDialect.convertHibernateAccessException(HibernateJpaDialect.java:290)
	at java.base/java.lang.Thread.run(Thread.java:840)
Caused by: org.hibernate.exception.ConstraintViolationException: could not execute statement [ERROR: duplicate key value violates unique constraint "users_pkey"
  Detail: Key (id)=(7) already exists.] [insert into users (id) values (?)]
	at org.hibernate.exception.internal.SQLStateConversionDelegate.convert(SQLStateConversionDelegate.java:97)
	... 12 common frames omitted
Caused by: org.postgresql.util.PSQLException: ERROR: duplicate key value violates unique constraint "users_pkey"
  Detail: Key (id)=(7) already exists.
	at org.postgresql.core.v3.QueryExecutorImpl.receiveErrorResponse(QueryExecutorImpl.java:2725)
	... 30 common frames omitted)t"},
    {"java",
     R"t(com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException: Unrecognized field "colour" (class com.example.Car), not marked as ignorable (2 known properties: "brand", "doors"])
 at [Source: (String)"{
  "colour": "red",
  "brand": "x"
}"; line: 2, column: 14] (through reference chain: com.example.Car["colour"])
	at com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException.from(UnrecognizedPropertyException.java:61)
	at com.example.Main.main(Main.java:9))t"},
    {"java",
     R"t(com.fasterxml.jackson.core.JsonParseException: Unexpected character ('}' (code 125)): expected a value
 at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: 9]
	at com.fasterxml.jackson.core.JsonParser._constructError(JsonParser.java:2584))t"},
    {"java", R"t(org.flywaydb.core.internal.sqlscript.FlywaySqlScriptException: 
Migration V2__orders.sql failed
-------------------------------
SQL State  : 42601
Error Code : 0
Message    : ERROR: syntax error at or near "TABEL"
  Position: 8
Location   : db/migration/V2__orders.sql (/app/db/migration/V2__orders.sql)
Line       : 1
Statement  : CREATE TABEL orders (id int)

	at org.flywaydb.core.internal.sqlscript.DefaultSqlScriptExecutor.handleException(DefaultSqlScriptExecutor.java:275)
Caused by: org.postgresql.util.PSQLException: ERROR: syntax error at or near "TABEL"
  Position: 8
	at org.postgresql.core.v3.QueryExecutorImpl.receiveErrorResponse(QueryExecutorImpl.java:2725)
	... 18 more)t"},
    {"java",
     R"t(ElasticsearchStatusException[Elasticsearch exception [type=index_not_found_exception, reason=no such index [orders]]]; nested: ResponseException
	at org.elasticsearch.rest.BytesRestResponse.errorFromXContent(BytesRestResponse.java:177)
	Suppressed: org.elasticsearch.client.ResponseException: method [GET], host [http://es:9200], URI [/orders/_search], status line [HTTP/1.1 404 Not Found]
{"error":{"root_cause":[{"type":"index_not_found_exception","reason":"no such index [orders]"}]},"status":404}
		at org.elasticsearch.client.RestClient.convertResponse(RestClient.java:347)
		... 20 more)t"},
    {"java", R"t(java.lang.RuntimeException: close failed
	at com.example.Main.main(Main.java:9)
	Suppressed: java.io.IOException: first
		at com.example.A.close(A.java:3)
		Caused by: java.net.SocketException: broken pipe
			at com.example.Net.write(Net.java:8)
			... 2 more
	Suppressed: java.io.IOException: second
		at com.example.B.close(B.java:3)
Caused by: java.lang.Error: the last
of several lines

and one more
	at com.example.C.run(C.java:12)
	... 1 more
	[CIRCULAR REFERENCE: java.lang.RuntimeException: close failed])t"},
    {"java", R"t(com.acme.billing.PaymentRefused: the card was refused by
the bank of the customer
	at com.acme.billing.Gateway.charge(Gateway.kt:41)
	at jdk.internal.reflect.GeneratedMethodAccessor21.invoke(Unknown Source)
	at com.acme.billing.Gateway$$SpringCGLIB$$0.charge(<generated>))t"},
    {"java",
     R"t(2025-08-30 11:27:01.564 ERROR 1 --- [nio-8080-exec-1] o.a.c.c.C.[dispatcherServlet] : Servlet.service() threw exception: java.lang.NullPointerException: null
	at com.example.Controller.get(Controller.java:17) ~[classes!/:na]
	at app//org.apache.catalina.core.StandardWrapperValve.invoke(StandardWrapperValve.java:177) ~[tomcat-embed-core-10.1.16.jar!/:na]
	... 45 frames excluded)t"},

    {"python", R"t(Traceback (most recent call last):
  File "/srv/app.py", line 10, in handler
    db.execute(q)
    ^^^^^^^^^^^^^
sqlalchemy.exc.IntegrityError: (psycopg2.errors.UniqueViolation) duplicate key value violates unique constraint "users_pkey"
DETAIL:  Key (id)=(7) already exists.

[SQL: INSERT INTO users (id) VALUES (%(id)s)]
[parameters: {'id': 7}]
(Background on this error at: https://sqlalche.me/e/20/gkpj))t"},
    {"python", R"t(Traceback (most recent call last):
  File "/srv/app.py", line 10, in handler
    db.execute(q)
sqlalchemy.exc.ProgrammingError: (psycopg2.errors.SyntaxError) syntax error at or near "FRM"
LINE 2:     FRM users
            ^

[SQL: SELECT id
    FRM users
    WHERE name = %(name)s
]
[parameters: {'name': 'x'}]
(Background on this error at: https://sqlalche.me/e/14/f405))t"},
    {"python", R"t(Traceback (most recent call last):
  File "/srv/app.py", line 10, in handler
    cursor.execute(query)
oracledb.exceptions.DatabaseError: ORA-20001: not enough on the account
ORA-06512: at "BILLING.CHARGE", line 12
ORA-06512: at line 1
Help: https://docs.oracle.com/error-help/db/ora-20001/)t"},
    {"python", R"t(Traceback (most recent call last):
  File "/srv/model.py", line 9, in <module>
    User(id='x', items=[{}])
pydantic_core._pydantic_core.ValidationError: 2 validation errors for User
id
  Input should be a valid integer, unable to parse string as an integer [type=int_parsing, input_value='x', input_type=str]
    For further information visit https://errors.pydantic.dev/2.5/v/int_parsing
items.0.name
  Field required [type=missing, input_value={}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2.5/v/missing)t"},
    {"python", R"t(Traceback (most recent call last):
  File "/srv/model.py", line 9, in <module>
    User(id='x')
pydantic.error_wrappers.ValidationError: 2 validation errors for User
id
  value is not a valid integer (type=type_error.integer)
friends -> 0 -> name
  field required (type=value_error.missing))t"},
    {"python", R"t(  + Exception Group Traceback (most recent call last):
  |   File "t.py", line 3, in <module>
  |     raise ExceptionGroup("eg", [ValueError(1), TypeError(2)])
  | ExceptionGroup: eg (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: 1
    +---------------- 2 ----------------
    | Exception Group Traceback (most recent call last):
    |   File "t.py", line 9, in g
    |     raise ExceptionGroup("nested", [OSError()])
    | ExceptionGroup: nested (1 sub-exception)
    +-+---------------- 1 ----------------
      | Traceback (most recent call last):
      |   File "t.py", line 7, in h
      |     raise OSError()
      | OSError
      | 
      | During handling of the above exception, another exception occurred:
      | 
      | Traceback (most recent call last):
      |   File "t.py", line 8, in h
      | KeyError: 'x'
      +------------------------------------)t"},
    {"python", R"t(Traceback (most recent call last):
  File "/srv/app.py", line 4, in run
    step()
ValueError: the text of the first line
and of a second one: whatever it says
  indented as well

During handling of the above exception, another exception occurred:

  + Exception Group Traceback (most recent call last):
  |   File "/srv/app.py", line 6, in run
  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)
  +-+---------------- 1 ----------------
    | asyncio.exceptions.TimeoutError
    +------------------------------------)t"},
    {"python", R"t(multiprocessing.pool.RemoteTraceback: 
"""
Traceback (most recent call last):
  File "/usr/lib/python3.11/multiprocessing/pool.py", line 125, in worker
    result = (True, func(*args, **kwds))
  File "/srv/x.py", line 4, in f
    1 / 0
    ~~^~~
ZeroDivisionError: division by zero
"""

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/x.py", line 8, in <module>
    p.map(f, [1])
ZeroDivisionError: division by zero)t"},
    {"python", R"t(--- Logging error ---
Traceback (most recent call last):
  File "/usr/lib/python3.11/logging/__init__.py", line 1110, in emit
    msg = self.format(record)
TypeError: not all arguments converted during string formatting
Call stack:
  File "/srv/x.py", line 3, in <module>
    logging.info("a", 1)
Message: 'a'
Arguments: (1,))t"},
    {"python", R"t(Traceback (most recent call last):
  File "/srv/k.py", line 5, in <module>
    api.list_namespaced_pod("x")
kubernetes.client.exceptions.ApiException: (403)
Reason: Forbidden
HTTP response headers: HTTPHeaderDict({'Cache-Control': 'no-cache, private'})
HTTP response body: {"kind":"Status","status":"Failure","code":403})t"},
    {"python", R"t(Traceback (most recent call last):
  File "/srv/g.py", line 5, in <module>
    stub.Get(request)
grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with:
	status = StatusCode.UNAVAILABLE
	details = "failed to connect to all addresses"
	debug_error_string = "UNKNOWN:Failed {grpc_status:14}"
>)t"},
    {"python", R"t(Traceback (most recent call last):
  File "/srv/v.py", line 5, in <module>
    validate(document, schema)
jsonschema.exceptions.ValidationError: 'name' is a required property

Failed validating 'required' in schema:
    {'required': ['name'],
     'type': 'object'}

On instance:
    {'id': 1})t"},
    {"python", R"t(Exception in thread Thread-1 (run):
Traceback (most recent call last):
  File "/usr/lib/python3.11/threading.py", line 1045, in _bootstrap_inner
    self.run()
__main__.make.<locals>.Broken: it broke)t"},
    {"python", R"t(  File "/srv/x.py", line 3
    def f(:
          ^
SyntaxError: invalid syntax)t"},

    {"go", R"t(panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.main()
	/tmp/x.go:8 +0x1d
exit status 2)t"},
    {"go", R"t(panic: the configuration has errors:
  - port: must be a number
  - host: is missing

look at the documentation

goroutine 1 [running]:
main.load({0x4c2d6b, 0x5})
	/src/config.go:41 +0x2a5
main.main()
	/src/main.go:12 +0x1f)t"},
    {"go", R"t(SIGABRT: abort
PC=0x46b5e1 m=0 sigcode=0

goroutine 0 [idle]:
runtime.futex()
	/usr/local/go/src/runtime/sys_linux_amd64.s:557 +0x21

goroutine 1 [select (no cases), 2 minutes]:
main.main()
	/src/main.go:5 +0xf

rax    0xca
rbx    0x0
r10    0x0
rip    0x46b5e1
rflags 0x286
cs     0x33)t"},

    {"ruby", R"t(/app/x.rb:2:in `f': boom (RuntimeError)
	from /app/x.rb:5:in `block in <main>'
	from /app/x.rb:9:in `<main>')t"},
    {"ruby", R"t(/app/x.rb:2:in 'Object#f': the first line (ArgumentError)
and the second
	from /app/x.rb:5:in '<main>'
/app/x.rb:3:in 'Integer#/': divided by 0 (ZeroDivisionError)
	from /app/x.rb:3:in 'Object#g'
	 ... 3 levels...
	from /app/x.rb:5:in '<main>')t"},
    {"ruby", R"t(/app/x.rb:4:in '<main>': undefined local variable or method 'foo' for main (NameError)

    foo + 1
    ^^^
Did you mean?  for
	from /app/y.rb:9:in 'Kernel#load')t"},
    {"ruby",
     R"t(E, [2025-08-30T11:27:01.123456 #1] ERROR -- : PG::UniqueViolation: ERROR:  duplicate key value (ActiveRecord::RecordNotUnique)
DETAIL:  Key (id)=(7) already exists.
/app/vendor/bundle/gems/activerecord/lib/x.rb:12:in `exec_params'
/app/app/models/user.rb:7:in `create')t"},
    {"ruby", R"t(ActionView::Template::Error (undefined method `name' for nil:NilClass):
    1: <h1>
    2: <%= @user.name %>
  
app/views/users/show.html.erb:2:in `_app_views_users_show'
app/controllers/users_controller.rb:9:in `show')t"},

    {"node", R"t(TypeError: Cannot read properties of undefined (reading 'id')
    at handler (/app/src/routes.js:14:22)
    at Layer.handle [as handle_request] (/app/node_modules/express/lib/router/layer.js:95:5)
    at async Promise.all (index 0)
    at new Promise (<anonymous>)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5))t"},
    {"node", R"t(/app/server.js:10
    throw new Error('boom');
    ^

Error: boom
    at Object.<anonymous> (/app/server.js:10:9)
    at node:internal/main/run_main_module:23:47

Node.js v20.11.0)t"},
    {"node", R"t(node:internal/process/promises:288
            triggerUncaughtException(err, true /* fromPromise */);
            ^

AggregateError [ECONNREFUSED]: 
    at internalConnectMultiple (node:net:1114:18)
    at afterConnectMultiple (node:net:1667:5) {
  code: 'ECONNREFUSED',
  [errors]: [
    Error: connect ECONNREFUSED ::1:5432
        at createConnectionError (node:net:1634:14) {
      errno: -111,
      code: 'ECONNREFUSED'
    },
  ]
}

Node.js v22.1.0)t"},
    {"node", R"t(Error: Cannot find module 'left-pad'
Require stack:
- /app/index.js
- /app/server.js
    at Module._resolveFilename (node:internal/modules/cjs/loader:1145:15)
    at require (node:internal/modules/helpers:179:18) {
  code: 'MODULE_NOT_FOUND',
  requireStack: [ '/app/index.js', '/app/server.js' ]
})t"},
    {"node", R"t(PrismaClientKnownRequestError: 
Invalid `prisma.user.create()` invocation in
/app/src/users.js:10:23

   7 async function add(email) {
   8   const prisma = client();
→ 10   await prisma.user.create(
Unique constraint failed on the fields: (`email`)
    at Un.handleRequestError (/app/node_modules/@prisma/client/runtime/library.js:123:6817)
    at async /app/src/users.js:10:3 {
  code: 'P2002',
  meta: { target: [ 'email' ] }
})t"},
    {"node", R"t(Error: outer
    at f (/app/x.js:3:9) {
  [cause]: SequelizeUniqueConstraintError: Validation error
      at Query.formatError (/app/node_modules/sequelize/lib/query.js:50:9) {
    errors: [ [ValidationErrorItem] ]
  }
})t"},
    {"node", R"t((node:1) UnhandledPromiseRejectionWarning: Error: lost
    at /app/x.js:3:9
    at processTicksAndRejections (internal/process/task_queues.js:95:5))t"},

    {"dotnet", R"t(Unhandled exception. System.InvalidOperationException: outer
 ---> System.NullReferenceException: Object reference not set to an instance of an object.
   at Shop.Orders.Inner() in /src/Orders.cs:line 12
   --- End of inner exception stack trace ---
   at Shop.Orders.Run() in /src/Orders.cs:line 9
   at Shop.Program.<Main>$(String[] args) in /src/Program.cs:line 3)t"},
    {"dotnet",
     R"t(Microsoft.Data.SqlClient.SqlException (0x80131904): Violation of PRIMARY KEY constraint 'PK_Users'. Cannot insert duplicate key in object 'dbo.Users'.
The statement has been terminated.
   at Microsoft.Data.SqlClient.SqlConnection.OnError(SqlException exception, Boolean breakConnection, Action`1 wrapCloseInAction)
   at Shop.Users.Add(User user) in /src/Users.cs:line 41
--- End of stack trace from previous location ---
   at Shop.Program.Main()
ClientConnectionId:c3f6e2f0-0000-4000-8000-000000000000
Error Number:2627,State:1,Class:14)t"},
    {"dotnet",
     R"t(Microsoft.EntityFrameworkCore.DbUpdateException: An error occurred while saving the entity changes.
 ---> Npgsql.PostgresException (0x80004005): 23505: duplicate key value violates unique constraint "users_pkey"

DETAIL: Key (id)=(7) already exists.
   at Npgsql.Internal.NpgsqlConnector.ReadMessageLong(Boolean async, DataRowLoadingMode mode)
  Exception data:
    Severity: ERROR
    SqlState: 23505
    MessageText: duplicate key value violates unique constraint "users_pkey"
   --- End of inner exception stack trace ---
   at Microsoft.EntityFrameworkCore.Update.ReaderModificationCommandBatch.ExecuteAsync(IRelationalConnection connection))t"},
    {"dotnet", R"t(fail: Microsoft.AspNetCore.Server.Kestrel[13]
      Connection id "0HN", Request id "0HN:00000002": An unhandled exception was thrown by the application.
      System.InvalidOperationException: boom
         at Program.<>c.<Main>b__0_0() in /src/Program.cs:line 5)t"},
    {"dotnet", R"t(System.AggregateException: One or more errors occurred. (first) (second)
 ---> System.Exception: first
   at A.B() in /src/A.cs:line 1
   --- End of inner exception stack trace ---
   at A.C() in /src/A.cs:line 2
 ---> (Inner Exception #1) System.Exception: second
   at A.D() in /src/A.cs:line 3<---)t"},

    {"php", R"t(PHP Fatal error:  Uncaught RuntimeException: boom in /app/index.php:10
Stack trace:
#0 /app/index.php(20): f()
#1 {main}

Next LogicException: outer in /app/index.php:14
Stack trace:
#0 /app/index.php(20): g('a', Array)
#1 {main}
  thrown in /app/index.php on line 14)t"},
    {"php",
     R"t([2025-08-30 11:27:01] production.ERROR: SQLSTATE[23505]: Unique violation {"exception":"[object] (Illuminate\\Database\\QueryException(code: 23505): SQLSTATE[23505]: Unique violation: 7 ERROR:  duplicate key
DETAIL:  Key (id)=(7) already exists. (SQL: insert into users (id) values (7)) at /app/vendor/laravel/framework/Connection.php:742)
[stacktrace]
#0 /app/vendor/laravel/framework/Connection.php(720): run()
#1 {main}

[previous exception] [object] (PDOException(code: 23505): SQLSTATE[23505] at /app/vendor/x.php:1)
[stacktrace]
#0 /app/vendor/x.php(1): PDO->exec()
"} )t"},
    {"php",
     R"t(Fatal error: Uncaught PDOException: SQLSTATE[42601]: Syntax error: 7 ERROR:  syntax error at or near "FRM"
LINE 1: SELECT * FRM users
                 ^ in /app/db.php:12
Stack trace:
#0 /app/db.php(12): PDO->query('SELECT * FRM us...')
#1 {main}
  thrown in /app/db.php on line 12)t"},
    {"php", R"t(PHP Warning:  Undefined variable $x in /app/x.php on line 3
PHP Stack trace:
PHP   1. {main}() /app/x.php:0
PHP   2. f() /app/x.php:7)t"},

    {"rust", R"t(thread 'main' panicked at src/main.rs:4:5:
called `Result::unwrap()` on an `Err` value: Os { code: 2, kind: NotFound }
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace)t"},
    {"rust", R"t(thread 'tokio-runtime-worker' panicked at src/main.rs:4:5:
assertion `left == right` failed: totals
  left: 1
 right: 2
stack backtrace:
   0: rust_begin_unwind
             at /rustc/82e1608/library/std/src/panicking.rs:645:5
   1: shop::main
             at ./src/main.rs:4:5
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.)t"},
};

TEST(MultilineTraces, EachIsOneRecordAndSwallowsNothing) {
  for (const Trace& trace : kTraces) {
    std::string text = trace.text;
    SCOPED_TRACE(std::string(trace.preset) + ": " + text);
    const std::optional<MultilinePattern> pattern = MultilinePattern::preset(trace.preset);
    ASSERT_TRUE(pattern.has_value());
    Records last;
    if (text.ends_with("\nexit status 2")) {  // what `go run` says after it
      text.resize(text.size() - 14);
      last.emplace_back("exit status 2");
    }
    for (const char* line : kLines) {
      Records expected{line, text};
      for (const std::string& one : last) expected.push_back(one);
      expected.emplace_back(line);
      expected.emplace_back("  indented");
      std::string all;
      for (const std::string& one : expected) all += one + "\n";
      EXPECT_EQ(joined(*pattern, all), expected);
    }
    EXPECT_EQ(joined(*pattern, text), Records{text});
  }
}

// A second one is a record of its own; but for Ruby's, whose cause looks like that.
TEST(MultilineTraces, OneAfterAnotherAreTwoRecords) {
  for (const Trace& trace : kTraces) {
    const std::string text = trace.text;
    if (std::string_view(trace.preset) == "ruby" || text.ends_with("exit status 2") || text.ends_with("\n"))
      continue;
    SCOPED_TRACE(std::string(trace.preset) + ": " + text);
    EXPECT_EQ(joined(*MultilinePattern::preset(trace.preset), text + "\n" + text), (Records{text, text}));
  }
}

// Nothing settles what might have been a message.
TEST(MultilineTraces, ALineThatOnlyLooksLikeABeginningTakesNoOthers) {
  const struct {
    const char* preset;
    const char* line;
  } cases[] = {{"java", "it ended with java.io.IOException: reset by peer"},
               {"java", "Error: not found"},
               {"java", "com.acme.Main: started"},
               {"node", "Error: not found"},
               {"node", "/app/server.js:10"},
               {"dotnet", "System.Exception: told in one line"},
               {"php", "Fatal error: Uncaught Exception of one line"},
               {"ruby", "/app/x.rb:2:in `f': boom (RuntimeError)"},
               {"go", "it said panic: and went on"}};
  for (const auto& one : cases) {
    Records lines{one.line};
    for (int count = 0; count < 250; ++count) lines.push_back("plain words " + std::to_string(count));
    lines.emplace_back(one.line);
    lines.emplace_back("2025-08-30 11:27:01 the end");
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    EXPECT_EQ(joined(*MultilinePattern::preset(one.preset), text), lines) << one.preset << ": " << one.line;
  }
}

}  // namespace
}  // namespace headgate::collect
