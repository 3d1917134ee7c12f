"""Which enterprise_id an enterprise keeps from night to night."""
