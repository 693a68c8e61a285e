"""Statements that answer the same question: their results must count as the same."""

from tests.learning.benchmark.grading.pairs import Pair

SPENT = "SELECT customer_id, SUM(total_amount) AS spent FROM orders GROUP BY customer_id"

PAIRS = {
    "other names of columns": Pair(
        "SELECT name AS product, price FROM products",
        "SELECT p.name, p.price AS what_it_costs FROM products AS p",
    ),
    "other order of columns": Pair(
        "SELECT name, price, stock FROM products",
        "SELECT stock, name, price FROM products",
    ),
    "columns of one type swapped": Pair(
        "SELECT price, cost FROM products",
        "SELECT cost, price FROM products",
    ),
    "other order of rows": Pair(
        "SELECT name FROM customers WHERE state = 'CO'",
        "SELECT name FROM customers WHERE state = 'CO' ORDER BY name DESC",
    ),
    "two columns that are equal": Pair(
        "SELECT city, name, city FROM stores",
        "SELECT name, city, city FROM stores",
    ),
    "many columns that are equal": Pair(
        "SELECT id, 1, 1, 1, 1, 1, 1, 1, 1, 1 FROM products",
        "SELECT 1, 1, 1, 1, 1, id, 1, 1, 1, 1 FROM products",
    ),
    "columns with the same values in other rows": Pair(
        "SELECT id, 171 - id, (id * 7) % 171 FROM products",
        "SELECT (id * 7) % 171, id, 171 - id FROM products",
    ),
    "a join in place of a subquery": Pair(
        "SELECT name FROM products WHERE id IN (SELECT product_id FROM reviews WHERE rating = 1)",
        "SELECT DISTINCT p.id, p.name FROM products AS p JOIN reviews AS r ON r.product_id = p.id WHERE r.rating = 1",
        extra_columns=True,
    ),
    "an anti-join in place of NOT IN": Pair(
        "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)",
        "SELECT c.name FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE o.id IS NULL",
    ),
    "EXCEPT in place of an anti-join": Pair(
        "SELECT id FROM products WHERE NOT EXISTS (SELECT 1 FROM reviews WHERE product_id = products.id)",
        "SELECT id FROM products EXCEPT SELECT product_id FROM reviews",
    ),
    "a CTE in place of a subquery": Pair(
        f"SELECT AVG(spent) FROM ({SPENT})",
        f"WITH totals AS ({SPENT}) SELECT AVG(spent) FROM totals",
    ),
    "a window in place of GROUP BY": Pair(
        "SELECT channel, COUNT(*) FROM orders GROUP BY channel",
        "SELECT DISTINCT channel, COUNT(*) OVER (PARTITION BY channel) FROM orders",
    ),
    "HAVING in place of a filter outside": Pair(
        f"SELECT customer_id FROM ({SPENT}) WHERE spent > 2000",
        "SELECT customer_id FROM orders GROUP BY customer_id HAVING SUM(total_amount) > 2000",
    ),
    "DISTINCT in place of GROUP BY": Pair(
        "SELECT city, state FROM customers GROUP BY city, state",
        "SELECT DISTINCT city, state FROM customers",
    ),
    "IN in place of OR": Pair(
        "SELECT id FROM orders WHERE status IN ('pending', 'shipped')",
        "SELECT id FROM orders WHERE status = 'pending' OR status = 'shipped'",
    ),
    "BETWEEN in place of two bounds": Pair(
        "SELECT COUNT(*) FROM orders WHERE order_date BETWEEN '2024-01-01' AND '2024-12-31'",
        "SELECT COUNT(*) FROM orders WHERE order_date >= '2024-01-01' AND order_date < '2025-01-01'",
    ),
    "a year by LIKE": Pair(
        "SELECT COUNT(*) FROM orders WHERE strftime('%Y', order_date) = '2024'",
        "SELECT COUNT(*) FROM orders WHERE order_date LIKE '2024-%'",
    ),
    "the year as a number and as text": Pair(
        "SELECT strftime('%Y', order_date), COUNT(*) FROM orders GROUP BY 1",
        "SELECT CAST(strftime('%Y', order_date) AS INTEGER), COUNT(*) FROM orders GROUP BY 1",
    ),
    "a day as a date and as a time": Pair(
        "SELECT id, order_date FROM orders WHERE status = 'pending'",
        "SELECT id, datetime(order_date) FROM orders WHERE status = 'pending'",
    ),
    "a count as a real number": Pair(
        "SELECT channel, COUNT(*) FROM orders GROUP BY channel",
        "SELECT channel, COUNT(*) * 1.0 FROM orders GROUP BY channel",
    ),
    "a count as a sum of ones": Pair(
        "SELECT COUNT(*) FROM orders WHERE status = 'cancelled'",
        "SELECT SUM(CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END) FROM orders",
    ),
    "a sum as TOTAL": Pair(
        "SELECT SUM(quantity) FROM order_items",
        "SELECT TOTAL(quantity) FROM order_items",
    ),
    "a truth as 1 and 0": Pair(
        "SELECT name, is_member FROM customers",
        "SELECT name, is_member = 1 FROM customers",
    ),
    "a sum in other order": Pair(
        "SELECT SUM(total_amount) FROM orders",
        "SELECT SUM(total_amount) FROM (SELECT total_amount FROM orders ORDER BY total_amount DESC)",
    ),
    "a sum of sums": Pair(
        "SELECT SUM(total_amount) FROM orders",
        f"SELECT SUM(spent) FROM ({SPENT})",
    ),
    "an average as a quotient": Pair(
        "SELECT product_id, AVG(rating) FROM reviews GROUP BY product_id",
        "SELECT product_id, SUM(rating) * 1.0 / COUNT(*) FROM reviews GROUP BY product_id",
    ),
    "an average that is rounded": Pair(
        "SELECT product_id, AVG(rating) FROM reviews GROUP BY product_id",
        "SELECT product_id, ROUND(AVG(rating), 2) FROM reviews GROUP BY product_id",
    ),
    "a gold that is rounded": Pair(
        "SELECT channel, ROUND(AVG(total_amount), 2) FROM orders GROUP BY channel",
        "SELECT channel, AVG(total_amount) FROM orders GROUP BY channel",
    ),
    "an average that is rounded to a text": Pair(
        "SELECT channel, AVG(total_amount) FROM orders GROUP BY channel",
        "SELECT channel, printf('%.2f', AVG(total_amount)) FROM orders GROUP BY channel",
    ),
    "rounded to two decimals and to four": Pair(
        "SELECT channel, ROUND(AVG(total_amount), 2) FROM orders GROUP BY channel",
        "SELECT channel, ROUND(AVG(total_amount), 4) FROM orders GROUP BY channel",
    ),
    "two averages that are rounded, side by side": Pair(
        "SELECT AVG(price), AVG(cost) FROM products GROUP BY category_id",
        "SELECT ROUND(AVG(cost), 2), ROUND(AVG(price), 2) FROM products GROUP BY category_id",
    ),
    "NULL as a group": Pair(
        "SELECT state, COUNT(*) FROM customers GROUP BY state",
        "SELECT state, COUNT(*) FROM customers WHERE state IS NOT NULL GROUP BY state "
        "UNION ALL SELECT NULL, COUNT(*) FROM customers WHERE state IS NULL",
    ),
    "no rows in both": Pair(
        "SELECT name FROM products WHERE price < 0",
        "SELECT name FROM products WHERE stock < 0",
    ),
    "duplicates in both": Pair(
        "SELECT rating FROM reviews WHERE product_id = 9",
        "SELECT rating FROM reviews WHERE product_id = 9 ORDER BY rating",
    ),
    "a column too many where that is no mistake": Pair(
        "SELECT name FROM products WHERE stock = 0",
        "SELECT id, name, stock FROM products WHERE stock = 0",
        extra_columns=True,
    ),
    "columns swapped and one too many": Pair(
        "SELECT price, cost FROM products",
        "SELECT name, cost, price FROM products",
        extra_columns=True,
    ),
    "the order asked for": Pair(
        "SELECT name, price FROM products ORDER BY price DESC, name",
        "SELECT p.name, p.price FROM products AS p ORDER BY 2 DESC, 1",
        ordered=True,
    ),
    "the order asked for, with columns swapped": Pair(
        "SELECT name, price FROM products ORDER BY price DESC",
        "SELECT price, name FROM products ORDER BY price DESC",
        ordered=True,
    ),
    "rows that tie in another order": Pair(
        "SELECT name, stock FROM products ORDER BY stock",
        "SELECT name, stock FROM products ORDER BY stock, name DESC",
        ordered=True,
    ),
    "rows that tie in another order, by two keys": Pair(
        "SELECT name, state, city FROM customers ORDER BY state, city LIMIT 1000",
        "SELECT name, state, city FROM (SELECT * FROM customers ORDER BY state, city LIMIT 1000) "
        "ORDER BY state, city, name",
        ordered=True,
    ),
    "an order by what is not shown": Pair(
        "SELECT name FROM products ORDER BY price DESC, id LIMIT 20",
        "SELECT name FROM (SELECT name, price, id FROM products) ORDER BY price DESC, id LIMIT 20",
        ordered=True,
    ),
    "an order by an aggregate": Pair(
        "SELECT city, COUNT(*) FROM customers GROUP BY city ORDER BY COUNT(*) DESC, city",
        "SELECT city, COUNT(*) AS customers FROM customers GROUP BY city ORDER BY customers DESC, city",
        ordered=True,
    ),
    "top of each group, by a window and by a subquery": Pair(
        "SELECT category_id, name FROM (SELECT category_id, name, "
        "RANK() OVER (PARTITION BY category_id ORDER BY price DESC) AS place FROM products) WHERE place = 1",
        "SELECT category_id, name FROM products AS p "
        "WHERE price = (SELECT MAX(price) FROM products WHERE category_id = p.category_id)",
    ),
    "a running total by a window and by a join": Pair(
        "SELECT id, SUM(salary) OVER (ORDER BY id) FROM employees",
        "SELECT a.id, SUM(b.salary) FROM employees AS a JOIN employees AS b ON b.id <= a.id GROUP BY a.id",
    ),
    "INNER and LEFT where all have one": Pair(
        "SELECT p.name, c.name FROM products AS p JOIN categories AS c ON c.id = p.category_id",
        "SELECT p.name, c.name FROM products AS p LEFT JOIN categories AS c ON c.id = p.category_id",
    ),
    "a share with the factor in another place": Pair(
        "SELECT 100.0 * SUM(status = 'cancelled') / COUNT(*) FROM orders",
        "SELECT SUM(status = 'cancelled') / (COUNT(*) / 100.0) FROM orders",
    ),
    "all columns of all that there is": Pair(
        "SELECT * FROM products",
        "SELECT added_on, stock, cost, price, supplier_id, category_id, name, id FROM products ORDER BY name",
    ),
    "results that were both cut": Pair(
        "SELECT id, total_amount FROM orders",
        "SELECT total_amount, id FROM orders",
    ),
}
