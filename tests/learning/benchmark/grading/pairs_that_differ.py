"""Statements that nearly answer the gold's question: their results must not count as the same."""

from tests.learning.benchmark.grading.pairs import Pair

PAIRS = {
    "a join that fans out": Pair(
        "SELECT COUNT(*) FROM orders",
        "SELECT COUNT(*) FROM orders AS o JOIN order_items AS i ON i.order_id = o.id",
    ),
    "rows of a join that fans out": Pair(
        "SELECT name FROM products WHERE id IN (SELECT product_id FROM reviews)",
        "SELECT p.name FROM products AS p JOIN reviews AS r ON r.product_id = p.id",
    ),
    "a sum over a join that fans out": Pair(
        "SELECT channel, SUM(total_amount) FROM orders GROUP BY channel",
        "SELECT o.channel, SUM(o.total_amount) FROM orders AS o JOIN order_items AS i ON i.order_id = o.id GROUP BY 1",
    ),
    "an average over a join that fans out": Pair(
        "SELECT AVG(price) FROM products",
        "SELECT AVG(p.price) FROM products AS p JOIN order_items AS i ON i.product_id = p.id",
    ),
    "two joins that multiply each other": Pair(
        "SELECT p.name, (SELECT COUNT(*) FROM reviews WHERE product_id = p.id) FROM products AS p WHERE p.id < 20",
        "SELECT p.name, COUNT(r.id) FROM products AS p LEFT JOIN reviews AS r ON r.product_id = p.id "
        "LEFT JOIN order_items AS i ON i.product_id = p.id WHERE p.id < 20 GROUP BY p.id",
    ),
    "COUNT in place of COUNT DISTINCT": Pair(
        "SELECT COUNT(DISTINCT customer_id) FROM orders",
        "SELECT COUNT(customer_id) FROM orders",
    ),
    "COUNT in place of COUNT DISTINCT, by group": Pair(
        "SELECT rating, COUNT(DISTINCT product_id) FROM reviews GROUP BY rating",
        "SELECT rating, COUNT(product_id) FROM reviews GROUP BY rating",
    ),
    "COUNT of a column with NULLs": Pair(
        "SELECT COUNT(*) FROM customers",
        "SELECT COUNT(email) FROM customers",
    ),
    "an end that is excluded": Pair(
        "SELECT COUNT(*) FROM orders WHERE order_date BETWEEN '2024-03-01' AND '2024-03-31'",
        "SELECT COUNT(*) FROM orders WHERE order_date >= '2024-03-01' AND order_date < '2024-03-31'",
    ),
    "a beginning that is excluded": Pair(
        "SELECT COUNT(*) FROM orders WHERE order_date >= '2025-01-01'",
        "SELECT COUNT(*) FROM orders WHERE order_date > '2025-01-01'",
    ),
    "a price that is excluded": Pair(
        "SELECT COUNT(*) FROM employees WHERE salary >= (SELECT MAX(salary) FROM employees)",
        "SELECT COUNT(*) FROM employees WHERE salary > (SELECT MAX(salary) FROM employees)",
    ),
    "the month of every year": Pair(
        "SELECT COUNT(*) FROM orders WHERE strftime('%Y-%m', order_date) = '2024-12'",
        "SELECT COUNT(*) FROM orders WHERE strftime('%m', order_date) = '12'",
    ),
    "INNER in place of LEFT": Pair(
        "SELECT c.name, COUNT(p.id) FROM categories AS c LEFT JOIN products AS p ON p.category_id = c.id GROUP BY c.id",
        "SELECT c.name, COUNT(p.id) FROM categories AS c JOIN products AS p ON p.category_id = c.id GROUP BY c.id",
    ),
    "LEFT with a filter that makes it INNER": Pair(
        "SELECT s.name, COUNT(o.id) FROM stores AS s LEFT JOIN orders AS o ON o.store_id = s.id "
        "AND o.order_date = '2024-05-06' GROUP BY s.id",
        "SELECT s.name, COUNT(o.id) FROM stores AS s LEFT JOIN orders AS o ON o.store_id = s.id "
        "WHERE o.order_date = '2024-05-06' GROUP BY s.id",
    ),
    "COUNT of everything over LEFT": Pair(
        "SELECT c.name, COUNT(p.id) FROM categories AS c LEFT JOIN products AS p ON p.category_id = c.id GROUP BY c.id",
        "SELECT c.name, COUNT(*) FROM categories AS c LEFT JOIN products AS p ON p.category_id = c.id GROUP BY c.id",
    ),
    "a missing DISTINCT": Pair(
        "SELECT DISTINCT city FROM customers WHERE state = 'CO'",
        "SELECT city FROM customers WHERE state = 'CO'",
    ),
    "a DISTINCT that is too much": Pair(
        "SELECT rating FROM reviews WHERE product_id = 9",
        "SELECT DISTINCT rating FROM reviews WHERE product_id = 9",
    ),
    "UNION in place of UNION ALL": Pair(
        "SELECT city FROM stores UNION ALL SELECT city FROM customers WHERE id < 50",
        "SELECT city FROM stores UNION SELECT city FROM customers WHERE id < 50",
    ),
    "a lost group of NULL": Pair(
        "SELECT state, COUNT(*) FROM customers GROUP BY state",
        "SELECT state, COUNT(*) FROM customers WHERE state IS NOT NULL GROUP BY state",
    ),
    "NULL in place of nothing": Pair(
        "SELECT name, COALESCE(email, '') FROM customers",
        "SELECT name, email FROM customers",
    ),
    "NULL in place of 0": Pair(
        "SELECT o.id, COALESCE(r.amount, 0) FROM orders AS o LEFT JOIN refunds AS r ON r.order_id = o.id",
        "SELECT o.id, r.amount FROM orders AS o LEFT JOIN refunds AS r ON r.order_id = o.id",
    ),
    "a comparison that loses NULLs": Pair(
        "SELECT COUNT(*) FROM customers WHERE state IS NULL OR state <> 'CO'",
        "SELECT COUNT(*) FROM customers WHERE state <> 'CO'",
    ),
    "NOT IN with a NULL": Pair(
        "SELECT name FROM employees AS e WHERE NOT EXISTS (SELECT 1 FROM employees WHERE manager_id = e.id)",
        "SELECT name FROM employees WHERE id NOT IN (SELECT manager_id FROM employees)",
    ),
    "off by one in LIMIT": Pair(
        "SELECT name FROM products ORDER BY price DESC LIMIT 10",
        "SELECT name FROM products ORDER BY price DESC LIMIT 11",
    ),
    "off by one in OFFSET": Pair(
        "SELECT name FROM products ORDER BY price DESC LIMIT 1 OFFSET 1",
        "SELECT name FROM products ORDER BY price DESC LIMIT 1 OFFSET 2",
    ),
    "the cheapest in place of the dearest": Pair(
        "SELECT name FROM products ORDER BY price DESC LIMIT 5",
        "SELECT name FROM products ORDER BY price LIMIT 5",
    ),
    "the other direction where order counts": Pair(
        "SELECT name, price FROM products ORDER BY price DESC",
        "SELECT name, price FROM products ORDER BY price",
        ordered=True,
    ),
    "no order where order counts": Pair(
        "SELECT city, COUNT(*) FROM customers GROUP BY city ORDER BY COUNT(*) DESC",
        "SELECT city, COUNT(*) FROM customers GROUP BY city",
        ordered=True,
    ),
    "the keys of the order swapped": Pair(
        "SELECT state, city, COUNT(*) FROM customers GROUP BY 1, 2 ORDER BY state, city",
        "SELECT state, city, COUNT(*) FROM customers GROUP BY 1, 2 ORDER BY city, state",
        ordered=True,
    ),
    "the other direction of what is not shown": Pair(
        "SELECT name FROM products WHERE stock = 0 ORDER BY price",
        "SELECT name FROM products WHERE stock = 0 ORDER BY price DESC",
        ordered=True,
    ),
    "numbers sorted as text": Pair(
        "SELECT id, stock FROM products ORDER BY stock",
        "SELECT id, stock FROM products ORDER BY CAST(stock AS TEXT)",
        ordered=True,
    ),
    "a division of whole numbers": Pair(
        "SELECT 1.0 * SUM(quantity) / COUNT(DISTINCT order_id) FROM order_items",
        "SELECT SUM(quantity) / COUNT(DISTINCT order_id) FROM order_items",
    ),
    "a fraction in place of a percentage": Pair(
        "SELECT 100.0 * SUM(status = 'cancelled') / COUNT(*) FROM orders",
        "SELECT 1.0 * SUM(status = 'cancelled') / COUNT(*) FROM orders",
    ),
    "rounded to one decimal": Pair(
        "SELECT channel, AVG(total_amount) FROM orders GROUP BY channel",
        "SELECT channel, ROUND(AVG(total_amount), 1) FROM orders GROUP BY channel",
    ),
    "rounded to whole numbers": Pair(
        "SELECT channel, AVG(total_amount) FROM orders GROUP BY channel",
        "SELECT channel, ROUND(AVG(total_amount)) FROM orders GROUP BY channel",
    ),
    "cut off in place of rounded": Pair(
        "SELECT id, price / 7 FROM products",
        "SELECT id, CAST(price / 7 * 100 AS INTEGER) / 100.0 FROM products",
    ),
    "a total without its smallest order": Pair(
        "SELECT SUM(total_amount) FROM orders",
        "SELECT SUM(total_amount) - MIN(total_amount) FROM orders",
    ),
    "a total that is a cent off": Pair(
        "SELECT SUM(total_amount) FROM orders",
        "SELECT SUM(total_amount) + 0.01 FROM orders",
    ),
    "an average of averages": Pair(
        "SELECT AVG(total_amount) FROM orders",
        "SELECT AVG(amount) FROM (SELECT AVG(total_amount) AS amount FROM orders GROUP BY customer_id)",
    ),
    "SUM in place of AVG": Pair(
        "SELECT product_id, AVG(rating) FROM reviews GROUP BY product_id",
        "SELECT product_id, SUM(rating) FROM reviews GROUP BY product_id",
    ),
    "WHERE in place of HAVING": Pair(
        "SELECT customer_id FROM orders GROUP BY customer_id HAVING SUM(total_amount) > 900",
        "SELECT customer_id FROM orders WHERE total_amount > 900 GROUP BY customer_id",
    ),
    "RANK in place of DENSE_RANK": Pair(
        "SELECT id, DENSE_RANK() OVER (ORDER BY stock) FROM products",
        "SELECT id, RANK() OVER (ORDER BY stock) FROM products",
    ),
    "top of all in place of top of each group": Pair(
        "SELECT store_id, MAX(salary) FROM employees GROUP BY store_id",
        "SELECT store_id, salary FROM employees ORDER BY salary DESC LIMIT 8",
    ),
    "values paired with other rows": Pair(
        "SELECT id, price FROM products",
        "SELECT 171 - id, price FROM products",
    ),
    "two columns that agree in no row": Pair(
        "SELECT id, 171 - id FROM products",
        "SELECT id, id FROM products",
    ),
    "another case": Pair(
        "SELECT name FROM stores",
        "SELECT UPPER(name) FROM stores",
    ),
    "LIKE that finds more": Pair(
        "SELECT name FROM products WHERE name LIKE '% Tent'",
        "SELECT name FROM products WHERE name LIKE '%Tent%' OR name LIKE '%Tarp%'",
    ),
    "AND before OR": Pair(
        "SELECT COUNT(*) FROM orders WHERE (channel = 'web' OR channel = 'mobile') AND status = 'pending'",
        "SELECT COUNT(*) FROM orders WHERE channel = 'web' OR channel = 'mobile' AND status = 'pending'",
    ),
    "a column too many": Pair(
        "SELECT name FROM products WHERE stock = 0",
        "SELECT name, price FROM products WHERE stock = 0",
    ),
    "a column too few": Pair(
        "SELECT name, price FROM products WHERE stock = 0",
        "SELECT name FROM products WHERE stock = 0",
        extra_columns=True,
    ),
    "another column": Pair(
        "SELECT name, price FROM products",
        "SELECT name, cost FROM products",
    ),
    "a column too many that makes it fan out": Pair(
        "SELECT DISTINCT customer_id FROM orders WHERE order_date < '2023-02-01'",
        "SELECT DISTINCT customer_id, order_date FROM orders WHERE order_date < '2023-02-01'",
        extra_columns=True,
    ),
    "no rows": Pair(
        "SELECT name FROM stores WHERE state = 'CO'",
        "SELECT name FROM stores WHERE state = 'Colorado'",
    ),
    "rows where there are none": Pair(
        "SELECT name FROM products WHERE price < cost",
        "SELECT name FROM products WHERE price < 2 * cost",
    ),
    "no rows, in another shape": Pair(
        "SELECT name FROM products WHERE price < 0",
        "SELECT name, price FROM products WHERE price < 0",
    ),
    "a sum of nothing": Pair(
        "SELECT TOTAL(amount) FROM refunds WHERE refunded_on < '2000-01-01'",
        "SELECT SUM(amount) FROM refunds WHERE refunded_on < '2000-01-01'",
    ),
    "a result that was cut": Pair(
        "SELECT id FROM orders LIMIT 1000",
        "SELECT id FROM orders",
    ),
}
