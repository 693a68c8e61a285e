CREATE TABLE depots (id int PRIMARY KEY, town text, opened date, is_open boolean);
CREATE TABLE drivers (
    driver_id int PRIMARY KEY, depot_id int REFERENCES depots (id), full_name varchar(40), salary int, hired text,
    rating double precision, badge text
);
CREATE TABLE trips (
    trip_id int PRIMARY KEY, driver_id int REFERENCES drivers (driver_id), km int, fare int, started timestamp, status text
);
CREATE TABLE fines (
    fine_id int PRIMARY KEY, giver_id int REFERENCES drivers (driver_id), taker_id int REFERENCES drivers (driver_id),
    amount int
);
INSERT INTO depots VALUES (1, 'Ulm', '2001-02-03', true), (2, 'Bonn', '2010-11-12', false);
INSERT INTO drivers VALUES
    (1, 1, 'Ann', 3000, '2011-01-01', 1.255, '7'), (2, 2, 'Bob', 2000, '2012-02-02', 2.5, '8'),
    (3, 1, 'Cy', 1000, '2012-03-03', 3.5, '9');
INSERT INTO trips VALUES
    (1, 1, 100, 40, '2024-01-05 10:00:00', 'done'), (2, 1, 51, 25, '2024-02-05 10:00:00', 'open'),
    (3, 2, 30, 13, '2024-02-06 23:30:00', 'done');
INSERT INTO fines VALUES (1, 1, 2, 20);
