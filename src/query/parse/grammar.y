/* The grammar of the query expression: MySQL's for an expression, with its precedences, without what is
 * not about one record. MySQL Reference Manual, "Expressions" and "Operator Precedence". */
%define api.pure full
%define api.prefix {query_yy}
%define api.token.prefix {TOKEN_}
%define parse.error custom
%define parse.lac full
%param {void *lexer}
%parse-param {QueryParser *parser}
%expect 0

%code requires {
#include "query/parse/parse.h"
}
%code {
#include <string.h>
#include "query/parse/grammar.h"

int query_yylex(QUERY_YYSTYPE *value, void *lexer);
static void query_yyerror(void *lexer, QueryParser *parser, const char *message);

/* The tree is limited while it grows; this limits what waits to become a tree, like "- - - -". */
#define YYMAXDEPTH 1200

#define NODE(node, make)                                                                           \
	if ((node = make) == NULL)                                                                 \
		YYABORT;
}

%union {
	QueryToken token;
	QueryNode *node;
	QueryFunctionId function;
}

%token END 0 "end of the expression"
%token <token> NAME "a name" QUOTED_NAME "`name`" TEXT "a string" INTEGER "a value" DECIMAL FLOAT HEX BIT
%token <token> AS BOTH CASE CAST CONVERT ELSE END_CASE "END" EXTRACT FALSE FOR FROM LEADING NULL OF
%token <token> POSITION SUBSTRING THEN TIMESTAMPADD TIMESTAMPDIFF TRAILING TRIM TRUE USING WHEN
%token <token> UNKNOWN_VALUE "UNKNOWN" BETWEEN COMPARISON "a comparison" ESCAPE IN IS LIKE MEMBER REGEXP
%token <token> AND "an operator" OR XOR NOT BINARY INTERVAL ARROW "->" ARROW_UNQUOTE "->>" COLLATE
%token <token> SHIFT_LEFT "<<" SHIFT_RIGHT ">>" DIV MOD '-' '+' '*' '/' '%' '~' '^' '!' '|' '&' '(' ')' ',' '.'
%token <token> UNKNOWN "a character that nothing begins with"
%token <token> INVALID "a word whose error is set"

%precedence LOWEST
%left OR
%left XOR
%left AND
%precedence BETWEEN
%precedence COMPARISON IS LIKE REGEXP IN
%precedence MEMBER ESCAPE
%left '|'
%left '&'
%left SHIFT_LEFT SHIFT_RIGHT
%left '-' '+'
%left '*' '/' '%' DIV MOD
%left '^'
%precedence NEGATIVE
%precedence NOT
%precedence COLLATE
%precedence INTERVAL

%type <node> expr bool_pri predicate bit_expr simple_expr literal text call case whens
%type <node> list arguments argument type interval
%type <token> not name
%type <function> side

%%
query:
  expr	{ parser->query->root = $1; }
;

expr:
  expr OR expr		{ NODE($$, query_node_junction(parser, QUERY_OR, $1, $3)) }
| expr XOR expr		{ NODE($$, query_node_binary(parser, QUERY_XOR, $1, $3)) }
| expr AND expr		{ NODE($$, query_node_junction(parser, QUERY_AND, $1, $3)) }
| NOT expr		{ NODE($$, query_node_unary(parser, &$1, QUERY_NOT, $2)) }
| bool_pri IS TRUE	{ NODE($$, query_node_unary(parser, NULL, QUERY_IS_TRUE, $1)) }
| bool_pri IS not TRUE	{ NODE($$, query_node_unary(parser, NULL, QUERY_IS_NOT_TRUE, $1)) }
| bool_pri IS FALSE	{ NODE($$, query_node_unary(parser, NULL, QUERY_IS_FALSE, $1)) }
| bool_pri IS not FALSE	{ NODE($$, query_node_unary(parser, NULL, QUERY_IS_NOT_FALSE, $1)) }
| bool_pri IS UNKNOWN_VALUE	{ NODE($$, query_node_unary(parser, NULL, QUERY_IS_NULL, $1)) }
| bool_pri IS not UNKNOWN_VALUE	{ NODE($$, query_node_unary(parser, NULL, QUERY_IS_NOT_NULL, $1)) }
| bool_pri %prec LOWEST
;

bool_pri:
  bool_pri IS NULL	{ NODE($$, query_node_unary(parser, NULL, QUERY_IS_NULL, $1)) }
| bool_pri IS not NULL	{ NODE($$, query_node_unary(parser, NULL, QUERY_IS_NOT_NULL, $1)) }
| bool_pri COMPARISON predicate
	{ NODE($$, query_node_binary(parser, (QueryOperator)$2.word, $1, $3)) }
| predicate %prec LOWEST
;

predicate:
  bit_expr IN '(' list ')'	{ NODE($$, query_node_in(parser, QUERY_IN, $1, $4)) }
| bit_expr not IN '(' list ')'	{ NODE($$, query_node_in(parser, QUERY_NOT_IN, $1, $5)) }
| bit_expr MEMBER OF '(' simple_expr ')'
	{ NODE($$, query_node_list(parser, $1))
	  NODE($$, query_node_add(parser, $$, $5))
	  NODE($$, query_node_function(parser, &$2, QUERY_FN_MEMBER_OF, $$)) }
| bit_expr BETWEEN bit_expr AND predicate
	{ NODE($$, query_node_ternary(parser, QUERY_BETWEEN, $1, $3, $5)) }
| bit_expr not BETWEEN bit_expr AND predicate
	{ NODE($$, query_node_ternary(parser, QUERY_NOT_BETWEEN, $1, $4, $6)) }
| bit_expr LIKE simple_expr	{ NODE($$, query_node_binary(parser, QUERY_LIKE, $1, $3)) }
| bit_expr LIKE simple_expr ESCAPE simple_expr %prec LIKE
	{ NODE($$, query_node_ternary(parser, QUERY_LIKE, $1, $3, $5)) }
| bit_expr not LIKE simple_expr	{ NODE($$, query_node_binary(parser, QUERY_NOT_LIKE, $1, $4)) }
| bit_expr not LIKE simple_expr ESCAPE simple_expr %prec LIKE
	{ NODE($$, query_node_ternary(parser, QUERY_NOT_LIKE, $1, $4, $6)) }
| bit_expr REGEXP bit_expr	{ NODE($$, query_node_binary(parser, QUERY_REGEXP, $1, $3)) }
| bit_expr not REGEXP bit_expr	{ NODE($$, query_node_binary(parser, QUERY_NOT_REGEXP, $1, $4)) }
| bit_expr %prec LOWEST
;

not: NOT ;

bit_expr:
  bit_expr '|' bit_expr		{ NODE($$, query_node_binary(parser, QUERY_BIT_OR, $1, $3)) }
| bit_expr '&' bit_expr		{ NODE($$, query_node_binary(parser, QUERY_BIT_AND, $1, $3)) }
| bit_expr SHIFT_LEFT bit_expr	{ NODE($$, query_node_binary(parser, QUERY_SHIFT_LEFT, $1, $3)) }
| bit_expr SHIFT_RIGHT bit_expr	{ NODE($$, query_node_binary(parser, QUERY_SHIFT_RIGHT, $1, $3)) }
| bit_expr '+' bit_expr		{ NODE($$, query_node_binary(parser, QUERY_ADD, $1, $3)) }
| bit_expr '-' bit_expr		{ NODE($$, query_node_binary(parser, QUERY_SUBTRACT, $1, $3)) }
| bit_expr '+' interval %prec '+'	{ NODE($$, query_node_binary(parser, QUERY_ADD, $1, $3)) }
| bit_expr '-' interval %prec '-'	{ NODE($$, query_node_binary(parser, QUERY_SUBTRACT, $1, $3)) }
| bit_expr '*' bit_expr		{ NODE($$, query_node_binary(parser, QUERY_MULTIPLY, $1, $3)) }
| bit_expr '/' bit_expr		{ NODE($$, query_node_binary(parser, QUERY_DIVIDE, $1, $3)) }
| bit_expr '%' bit_expr		{ NODE($$, query_node_binary(parser, QUERY_MODULO, $1, $3)) }
| bit_expr DIV bit_expr		{ NODE($$, query_node_binary(parser, QUERY_INTEGER_DIVIDE, $1, $3)) }
| bit_expr MOD bit_expr		{ NODE($$, query_node_binary(parser, QUERY_MODULO, $1, $3)) }
| bit_expr '^' bit_expr		{ NODE($$, query_node_binary(parser, QUERY_BIT_XOR, $1, $3)) }
| simple_expr %prec LOWEST
;

interval:
  INTERVAL expr NAME	{ NODE($$, query_node_interval(parser, &$1, $2, &$3)) }
;

simple_expr:
  literal
| NAME			{ NODE($$, query_node_name(parser, &$1)) }
| QUOTED_NAME		{ NODE($$, query_node_column(parser, &$1)) }
| name ARROW TEXT	{ NODE($$, query_node_arrow(parser, QUERY_JSON_PATH, &$1, &$3)) }
| name ARROW_UNQUOTE TEXT
	{ NODE($$, query_node_arrow(parser, QUERY_JSON_UNQUOTE, &$1, &$3)) }
| call
| case
| simple_expr COLLATE name	{ NODE($$, query_node_collate(parser, $1, &$3)) }
| simple_expr COLLATE TEXT	{ NODE($$, query_node_collate(parser, $1, &$3)) }
| simple_expr COLLATE BINARY	{ NODE($$, query_node_collate(parser, $1, &$3)) }
| '+' simple_expr %prec NEGATIVE	{ $$ = $2; }
| '-' simple_expr %prec NEGATIVE
	{ NODE($$, query_node_unary(parser, &$1, QUERY_NEGATE, $2)) }
| '~' simple_expr %prec NEGATIVE
	{ NODE($$, query_node_unary(parser, &$1, QUERY_BIT_NOT, $2)) }
| '!' simple_expr %prec NEGATIVE	{ NODE($$, query_node_unary(parser, &$1, QUERY_NOT, $2)) }
| BINARY simple_expr %prec NEGATIVE
	{ NODE($$, query_node_unary(parser, &$1, QUERY_BINARY, $2)) }
| '(' expr ')'		{ $$ = $2; }
| interval '+' expr %prec INTERVAL	{ NODE($$, query_node_binary(parser, QUERY_ADD, $3, $1)) }
;

name: NAME | QUOTED_NAME ;

literal:
  text
| INTEGER	{ NODE($$, query_node_literal(parser, QUERY_VALUE_INTEGER, &$1)) }
| DECIMAL	{ NODE($$, query_node_literal(parser, QUERY_VALUE_DECIMAL, &$1)) }
| FLOAT		{ NODE($$, query_node_literal(parser, QUERY_VALUE_DOUBLE, &$1)) }
| HEX		{ NODE($$, query_node_literal(parser, QUERY_VALUE_BINARY, &$1)) }
| BIT		{ NODE($$, query_node_literal(parser, QUERY_VALUE_BINARY, &$1)) }
| TRUE		{ NODE($$, query_node_boolean(parser, &$1, TRUE)) }
| FALSE		{ NODE($$, query_node_boolean(parser, &$1, FALSE)) }
| NULL		{ NODE($$, query_node_literal(parser, QUERY_VALUE_NULL, &$1)) }
| NAME TEXT	{ NODE($$, query_node_typed_text(parser, &$1, &$2)) }
;

text:
  TEXT		{ NODE($$, query_node_literal(parser, QUERY_VALUE_TEXT, &$1)) }
| text TEXT	{ NODE($$, query_node_append_text(parser, $1, &$2)) }
;

call:
  NAME '(' ')'			{ NODE($$, query_node_call(parser, &$1, NULL)) }
| NAME '(' arguments ')'	{ NODE($$, query_node_call(parser, &$1, $3)) }
| SUBSTRING '(' arguments ')'
	{ NODE($$, query_node_function(parser, &$1, QUERY_FN_SUBSTRING, $3)) }
| SUBSTRING '(' expr FROM expr ')'
	{ NODE($$, query_node_list(parser, $3))
	  NODE($$, query_node_add(parser, $$, $5))
	  NODE($$, query_node_function(parser, &$1, QUERY_FN_SUBSTRING, $$)) }
| SUBSTRING '(' expr FROM expr FOR expr ')'
	{ NODE($$, query_node_list(parser, $3))
	  NODE($$, query_node_add(parser, $$, $5))
	  NODE($$, query_node_add(parser, $$, $7))
	  NODE($$, query_node_function(parser, &$1, QUERY_FN_SUBSTRING, $$)) }
| POSITION '(' bit_expr IN expr ')'
	{ NODE($$, query_node_list(parser, $3))
	  NODE($$, query_node_add(parser, $$, $5))
	  NODE($$, query_node_function(parser, &$1, QUERY_FN_LOCATE, $$)) }
| MOD '(' expr ',' expr ')'	{ NODE($$, query_node_binary(parser, QUERY_MODULO, $3, $5)) }
| TRIM '(' expr ')'
	{ NODE($$, query_node_list(parser, $3))
	  NODE($$, query_node_function(parser, &$1, QUERY_FN_TRIM, $$)) }
| TRIM '(' expr FROM expr ')'
	{ NODE($$, query_node_list(parser, $5))
	  NODE($$, query_node_add(parser, $$, $3))
	  NODE($$, query_node_function(parser, &$1, QUERY_FN_TRIM, $$)) }
| TRIM '(' side FROM expr ')'
	{ NODE($$, query_node_list(parser, $5))
	  NODE($$, query_node_function(parser, &$1, $3, $$)) }
| TRIM '(' side expr FROM expr ')'
	{ NODE($$, query_node_list(parser, $6))
	  NODE($$, query_node_add(parser, $$, $4))
	  NODE($$, query_node_function(parser, &$1, $3, $$)) }
| EXTRACT '(' NAME FROM expr ')'
	{ NODE($$, query_node_unit(parser, &$3))
	  NODE($$, query_node_list(parser, $$))
	  NODE($$, query_node_add(parser, $$, $5))
	  NODE($$, query_node_function(parser, &$1, QUERY_FN_EXTRACT, $$)) }
| TIMESTAMPDIFF '(' NAME ',' expr ',' expr ')'
	{ NODE($$, query_node_unit(parser, &$3))
	  NODE($$, query_node_list(parser, $$))
	  NODE($$, query_node_add(parser, $$, $5))
	  NODE($$, query_node_add(parser, $$, $7))
	  NODE($$, query_node_function(parser, &$1, QUERY_FN_TIMESTAMPDIFF, $$)) }
| TIMESTAMPADD '(' NAME ',' expr ',' expr ')'
	{ NODE($$, query_node_interval(parser, &$1, $5, &$3))
	  NODE($$, query_node_binary(parser, QUERY_ADD, $7, $$)) }
| CAST '(' expr AS type ')'	{ NODE($$, query_node_cast(parser, &$1, $3, $5)) }
| CONVERT '(' expr ',' type ')'	{ NODE($$, query_node_cast(parser, &$1, $3, $5)) }
| CONVERT '(' expr USING name ')'
	{ NODE($$, query_node_charset(parser, &$5))
	  NODE($$, query_node_cast(parser, &$1, $3, $$)) }
| CONVERT '(' expr USING BINARY ')'
	{ NODE($$, query_node_charset(parser, &$5))
	  NODE($$, query_node_cast(parser, &$1, $3, $$)) }
;

side:
  LEADING	{ $$ = QUERY_FN_TRIM_LEADING; }
| TRAILING	{ $$ = QUERY_FN_TRIM_TRAILING; }
| BOTH		{ $$ = QUERY_FN_TRIM; }
;

arguments:
  argument			{ NODE($$, query_node_list(parser, $1)) }
| arguments ',' argument	{ NODE($$, query_node_add(parser, $1, $3)) }
;

argument: expr | interval ;

list:
  expr			{ NODE($$, query_node_list(parser, $1)) }
| list ',' expr		{ NODE($$, query_node_add(parser, $1, $3)) }
;

type:
  NAME			{ NODE($$, query_node_cast_type(parser, &$1, NULL, NULL, NULL)) }
| NAME NAME		{ NODE($$, query_node_cast_type(parser, &$1, &$2, NULL, NULL)) }
| NAME '(' INTEGER ')'	{ NODE($$, query_node_cast_type(parser, &$1, NULL, &$3, NULL)) }
| NAME '(' INTEGER ',' INTEGER ')'	{ NODE($$, query_node_cast_type(parser, &$1, NULL, &$3, &$5)) }
| BINARY		{ NODE($$, query_node_cast_type(parser, &$1, NULL, NULL, NULL)) }
| BINARY '(' INTEGER ')'	{ NODE($$, query_node_cast_type(parser, &$1, NULL, &$3, NULL)) }
;

case:
  CASE whens END_CASE		{ NODE($$, query_node_case(parser, &$1, NULL, $2, NULL)) }
| CASE whens ELSE expr END_CASE	{ NODE($$, query_node_case(parser, &$1, NULL, $2, $4)) }
| CASE expr whens END_CASE	{ NODE($$, query_node_case(parser, &$1, $2, $3, NULL)) }
| CASE expr whens ELSE expr END_CASE	{ NODE($$, query_node_case(parser, &$1, $2, $3, $5)) }
;

whens:
  WHEN expr THEN expr
	{ NODE($$, query_node_list(parser, $2))
	  NODE($$, query_node_add(parser, $$, $4)) }
| whens WHEN expr THEN expr
	{ NODE($$, query_node_add(parser, $1, $3))
	  NODE($$, query_node_add(parser, $$, $5)) }
;
%%

#define FEW 5

/* "a value" stands for all that begin an operand, "an operator" for all that may come after one; other
 * words are listed where they are few. */
static void append_expected(GString *message, const yypcontext_t *context)
{
	yysymbol_kind_t expected[YYNTOKENS];
	int n = yypcontext_expected_tokens(context, expected, YYNTOKENS);
	const char *group = NULL;
	const char *separator = ", expected ";
	for (int i = 0; i < n && !group; i++)
		if (expected[i] == YYSYMBOL_INTEGER || expected[i] == YYSYMBOL_AND)
			group = yysymbol_name(expected[i]);
	if (group) {
		g_string_append_printf(message, "%s%s", separator, group);
		separator = " or ";
	}
	for (int i = 0; i < n; i++) {
		const char *name = yysymbol_name(expected[i]);
		if (!group ? n > FEW : strcmp(name, "')'") != 0)
			continue;
		g_string_append_printf(message, "%s%s", separator, name);
		separator = " or ";
	}
}

static int yyreport_syntax_error(const yypcontext_t *context, void *lexer, QueryParser *parser)
{
	const QueryToken *last = &parser->last;
	g_autoptr(GString) message = g_string_new("unexpected ");

	(void)lexer;
	if (yypcontext_token(context) == YYSYMBOL_INVALID)
		return 0;
	if (yypcontext_token(context) == YYSYMBOL_YYEOF) {
		g_string_append_printf(message, "end of the expression at character %u", parser->position);
	} else {
		g_autofree char *word = text_quotable(last->text, last->length);
		g_string_append_printf(message, "'%s' at character %u", word, last->position);
	}
	append_expected(message, context);
	query_parse_fail(parser, "%s", message->str);
	return 0;
}

/* All but syntax errors: the stack's limit. */
static void query_yyerror(void *lexer, QueryParser *parser, const char *message)
{
	(void)lexer;
	(void)message;
	query_parse_fail(parser, "nested more than %d deep", QUERY_NESTING_MAX);
}
