select x // 2, x % 2, x::datetime, [a*2 for a in l if a>1], {'a':1}, struct_pack(a:=1), map {'a':1}, [1,2,3], x['a'], l[1:2], l[1], s.a.b, l[-1], l[1:], l[:2], l[1:3:2] from t
;
select last(columns(*) ignore nulls) over (order by z), first(x ignore nulls) over (order by z), lag(x, 1 ignore nulls) over (order by y), nth_value(x, 2 respect nulls) over () from t
;
from t select a, b
;
from t
;
select * exclude (a) replace (b+1 as b) from t
;
select * rename (a as b), t.* exclude a from t
;
select columns('a.*'), columns(lambda c: c like 'a%'), columns(* exclude (a)), columns([x for x in ['a']]) from t
;
select * from a asof join b on a.x>=b.x
;
select * from a asof left join b using (x, y)
;
select * from a positional join b
;
select * from t using sample 10%
;
select * from t using sample 10 rows
;
select * from t using sample reservoir(50 rows) repeatable (100)
;
select * from t tablesample reservoir(20 rows)
;
select * from t tablesample bernoulli(10%)
;
select 'it''s', E'a\nb\'c', $$ab$$, $q$ a'b $q$, 'a\nb', 'a\', e'\\d' from t
;
select x in (1,2), x not in (select 1), x in l, x in (1), x not in (1,2) or y in ('a'), not x in (1) from t
;
select interval '3 days', interval '5 min' * 2, date '2024-01-01' - interval '5 day', date - 5, interval (x) day, date + to_days(3) from t
;
select a like 'x', a ilike 'y', a similar to 'z', a glob 'x*', a not like 'x' escape '$', a not ilike 'y' from t
;
select if(a,b,c), case x when 1 then 2 else 3 end, case when a then b end, coalesce(a,b), nullif(a,b), ifnull(a,b), x is distinct from y, x is not distinct from y, x is null, not x, x isnull, x notnull, x is true, x is not null and not (y is null) from t
;
select sum(x) over (partition by a order by b desc rows between 3 preceding and current row exclude current row), sum(x) over (order by date range between interval '3 day' preceding and current row), sum(x) over (rows unbounded preceding), sum(x) over (order by a rows between unbounded preceding and unbounded following), sum(x) over (order by b rows between 2 following and 5 following) from t
;
select a.b.c.d, unnest(l), unnest(s, recursive := true), (r).a, (f(x)).a, f(x).a, f(x)[1].b, x.f().g(1) from t
;
select * from t where (a,b) in ((1,2)) and a = any([1,2]) and b = any(select 1) and c > all (select 2) and exists(select 1 from u where u.a=t.a) and not exists (select 2)
;
select 1000, 1e3, 0.5, 1., true, null, -1, - -1, 1, 1.50, 12345678901234567890, 0.1e-3 from t
;
with recursive r as (select 1 as n union all select n+1 from r where n<5) select * from r
;
with a as materialized (select 1), b as not materialized (select 2), c(x, y) as (select 1, 2) select * from a, b
;
values (1,2),(3,4)
;
select * from (values (1,2)) v(a,b)
;
select * from range(5) r(i), generate_series(1, 3), unnest([1,2]) as u(x)
;
select * from t, lateral (select t.a) x
;
select * from t cross join u left join v on t.a=v.a and t.b > v.b full outer join w using (a) inner join z using (a, b) right join q on true
;
select * from t natural join u semi join v using (a) anti join w on t.a=w.a
;
select a from t union by name select b from u
;
select a from t union all by name select b from u
;
select a from t except all select b from u
;
(select a from t order by a limit 3) union all (select b from u order by b desc nulls last) order by 1 limit 5 offset 2
;
select a from t intersect select b from u union select 3
;
select max(x, 3), arg_max(a, b), mode() within group (order by a), percentile_cont(0.5) within group (order by a desc), listagg(a), count(*), count(distinct a), sum(x) filter (where y > 1), sum(distinct x), string_agg(a, ',' order by b desc nulls first), list(a order by b nulls last, c) from t group by grouping sets ((a),(b),())
;
select a, b, sum(x) from t group by rollup (a, b)
;
select a, b, sum(x) from t group by cube (a, b) having sum(x) > 1
;
select a, sum(x) from t group by all order by all desc nulls last
;
select a, sum(x) from t group by 1 order by 2 desc, a asc nulls first limit 10%
;
select t.* from t order by a collate nocase limit 10 offset 3
;
select x at time zone 'UTC', timestamp '2024-01-01', time '09:30'::time, timestamptz '2024-01-01', date::date::datetime, current_date, current_timestamp, now(), today(), 'a'::varchar[], [1]::double[], null::struct(a int, b double), null::map(varchar, int) from t
;
select #1, $a from t
;
select a as "A b", a as '中', 中文, "select", a "q""x" from t
;
select (1,2), row(1,2), (x).y, (select 1), array(select 1) from t
;
select * from t where date between '2024-01-01' and '2024-02-01' and x not between 1 and 2 and not (a or b) and a = b and (c <> d or e != f or g == h)
;
select a::int::double, -a::int, -(a)::int, (a+b)::int, a||b::int, a+b*c-d/e, (a+b)*c, a-(b-c), a/(b/c), a-b-c, not a = b, a and b or c, ~x, a & b, a | b, a << 2, a >> 1, a % b * c, - (-a) from t
;
select substring(a,1,2), substring(a from 1 for 2), trim(both 'x' from a), trim(a), trim(leading from a), ltrim(a), position('a' in b), overlay(a placing b from 1), left(a, 2), a[2:], replace(a,b,c), date_part('year', a), extract(year from a), extract('month' from a), strftime(a,'%Y'), datediff('day',a,b), log(a), pow(a,b), rand(), random(), greatest(a,b,c) from t
;
select a: 1, b: x+1 from t
;
select list_reduce(l, lambda x, y: x + y), list_transform(l, x -> x+1), list_transform(l, (x, i) -> x*i), list_filter(l, x -> x is not null), list_filter(l, x -> x > t.a), l.list_sum(), l.list_filter(x -> x > 1).list_sum() from t
;
select sum(x) over w, sum(y) over (w rows 3 preceding), rank() over (partition by a) from t window w as (partition by a order by b), w2 as (partition by c)
;
select distinct on (a, b) a, b, c from t order by a, b desc
;
select * from t qualify row_number() over (partition by a order by b) = 1
;
from (pivot t on a in (1,2) using sum(b) as s, avg(c) group by c) order by 1
;
select * from (unpivot t on columns(* exclude (a)) into name k value v) u
;
select * from t pivot (sum(x) for y in (1, 2) group by z)
;
select * from t unpivot (v for k in (a, b))
;
select * from t t1 join t as t2 on t1.x = t2.x, (select 1 as q) s
;
select cast(a as varchar), a::varchar || 'x', concat(a, b), a || b || c from t
;
select struct_extract(s, 'a'), s['a'], s.a, {'x': 1, 'y': {'z': 2}}, {x: 1}, [[1],[2]], map(['a'],[1]), map {1: 2}[1] from t
;
select a, count(*) as n from t where a is not null group by a having count(*) > 2 qualify rank() over (order by n) < 3 order by n desc, a limit 5
;
select a -> '$.x', a @> b, a <@ b, a && b from t
;
select date_trunc('month', date), date::date, date::time, strptime('2024', '%Y'), make_date(2024,1,1), date '2024-01-01' + 1, time '10:00' from t
;
select * from t where columns(*) is not null
;
select count() from t
;
select try(1/x), factorial(3) from t
;
select first(x order by y), array_agg(distinct x order by x desc), array_agg(x order by y) filter (where z), array_agg(struct_pack(a := x)) from t
;
select x is unknown from t
;
select * from t order by random(), (select 1), case when a then 1 else 0 end desc
;
select a as b, -- comment
 /* c */ b from t
;
select getvariable('x'), current_setting('threads'), typeof(a), a.typeof() from t
;
select * from t, u, unnest(t.l) as w(x), lateral (select w.x + 1) as z
;
select a.* exclude (b), * like 'x%' from a
;
select sum(x) over (order by a desc nulls last, b asc nulls first, c nulls last, d desc) from t
;
select list(x order by a desc nulls last), list(x order by a nulls first) from t order by b desc nulls first, c nulls last, d
;
select 'a''b"c', '--', '/* */', 'x' || chr(10) from t -- end
;
select case when a then b else case c when 1 then 2 end end, a between 1 and 2 and b, not (a and b) or c, (a or b) and c, a = (b = c), - (a + b), a - (b - c) * (d / (e % f)) from t
;
select (((a))), ((a + b)) * c from t
;
select a // b, (a // b) / c, a / b // c from t
;
with a as (with b as (select 1 as x) select * from b) select * from a, (with c as (select 2 as y) from c) as d
